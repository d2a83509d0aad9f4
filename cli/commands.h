/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subcommands of mrqart, one file each. Their arguments begin with their own name; what they
 * return is the exit status.
 */
#pragma once

int command_tags(int argc, char **argv);
int command_check(int argc, char **argv);
int command_db(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_doctor(int argc, char **argv);
