#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A message of 3 KB to many clients: through the websocket sink, and by a bare epoll loop.

    broadcast.py FOLDER_OF_PROGRAMS SINK.so [CLIENTS…]

Prints for each number of clients the median time to the first and to the last client, in ms.
"""
import statistics
import subprocess
import sys

ROUNDS = 15
TARGET = 1.2  # times the floor, to the last client


class Sender:
    """One of the two senders, with its clients."""

    def __init__(self, folder, command, kind, count):
        self.sender = self.run(command)
        port = self.sender.stdout.readline().strip()
        self.clients = self.run([f"{folder}/broadcast_clients", port, str(count), kind])
        if self.clients.stdout.readline().strip() != "ready":
            sys.exit(f"{count} clients cannot connect to {command[0]}")
        self.rounds = []

    def run(self, command):
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def round(self):
        self.sender.stdin.write("go\n")
        self.sender.stdin.flush()
        self.rounds.append([float(word) for word in self.clients.stdout.readline().split()])

    def medians(self):
        return [statistics.median(column) for column in zip(*self.rounds[1:])]  # the first warms up

    def stop(self):
        for process in (self.clients, self.sender):
            process.stdin.close()
            process.wait()
            process.stdout.close()


def measure(folder, sink, count):
    floor = Sender(folder, [f"{folder}/broadcast_floor"], "bare", count)
    ours = Sender(folder, [f"{folder}/broadcast_sink", sink], "websocket", count)
    for _ in range(ROUNDS):  # by turns, so that both meet the same disturbances
        floor.round()
        ours.round()
    for sender in (floor, ours):
        sender.stop()
    return floor.medians(), ours.medians()


def main():
    folder, sink, *counts = sys.argv[1:]
    print("broadcast of 3 KB   clients   first ms   last ms   floor first   floor last   last/floor")
    for count in map(int, counts or ["1000", "10000"]):
        floor, ours = measure(folder, sink, count)
        ratio = ours[1] / floor[1]
        print(f"{'':17} {count:>9} {ours[0]:>10.2f} {ours[1]:>9.2f} {floor[0]:>13.2f} "
              f"{floor[1]:>12.2f} {ratio:>12.2f}{'' if ratio <= TARGET else '  (target 1.2)'}")


if __name__ == "__main__":
    main()
