/* SPDX-License-Identifier: Apache-2.0 */
/* TLS: our certificate, and which of senders are good. */
#include "tls.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmtls/tlslayer.h"

#include <cstdio>
#include <cstring>
#include <memory>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <vector>

struct tls {
    DcmTLSTransportLayer layer{NET_ACCEPTOR, nullptr, OFTrue};
    const char *fault = ""; /* of the certificate that was looked at last */
};

/* ---- revocation lists ---------------------------------------------------------------------- */

/** Adds the lists of a PEM file to store, where there is one; false: there is none in it. */
static bool read_lists(const char *path, X509_STORE *store) {
    FILE *file = fopen(path, "re");
    bool fine = false;
    while (file) {
        X509_CRL *list = PEM_read_X509_CRL(file, nullptr, nullptr, nullptr);
        if (!list) {
            break;
        }
        fine = !store || X509_STORE_add_crl(store, list) == 1;
        X509_CRL_free(list);
        if (!fine) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return fine;
}

bool tls_refresh(tls *tls, const receiver_settings *settings) {
    X509_STORE *store = SSL_CTX_get_cert_store(tls->layer.getNativeHandle());
    return !*settings->crl || read_lists(settings->crl, store);
}

/* ---- life ---------------------------------------------------------------------------------- */

/** OpenSSL asks for each certificate of a chain; keeps the first fault for people. */
static int judge(int good, X509_STORE_CTX *context) {
    const void *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    const SSL_CTX *owner = SSL_get_SSL_CTX(static_cast<const SSL *>(ssl));
    auto *tls = static_cast<struct tls *>(SSL_CTX_get_app_data(owner));
    if (!good && tls && !*tls->fault) {
        tls->fault = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    }
    return good;
}

/** What is wrong with the files; nullptr: nothing. */
static const char *load(DcmTLSTransportLayer &layer, const receiver_settings *settings) {
    layer.setPrivateKeyPasswd(""); /* never asked for on a terminal */
    if (layer.setPrivateKeyFile(settings->key, DCF_Filetype_PEM).bad()) {
        return "tls_key is no PEM file with a private key, without a password, that can be read";
    }
    if (layer.setCertificateFile(settings->certificate, DCF_Filetype_PEM).bad()) {
        return "tls_certificate is no PEM file with a certificate that can be read";
    }
    if (!layer.checkPrivateKeyMatchesCertificate()) {
        return "tls_key is not the key of tls_certificate";
    }
    if (*settings->ca && layer.addTrustedCertificateFile(settings->ca, DCF_Filetype_PEM).bad()) {
        return "tls_ca is no PEM file with certificates that can be read";
    }
    if (*settings->crl && !read_lists(settings->crl, nullptr)) {
        return "tls_crl is no PEM file with revocation lists that can be read";
    }
    if (layer.setTLSProfile(TSP_Profile_BCP195_ND).bad() || layer.activateCipherSuites().bad()) {
        return "this OpenSSL has no cipher suite of BCP 195";
    }
    return nullptr;
}

bool tls_create(const receiver_settings *settings, struct tls **made, char *why, size_t room) {
    *made = nullptr;
    if (!*settings->certificate) {
        return true;
    }
    auto *tls = new struct tls;
    const char *bad = load(tls->layer, settings);
    if (bad) {
        delete tls;
        snprintf(why, room, "%s", bad);
        return false;
    }
    SSL_CTX *context = tls->layer.getNativeHandle();
    tls->layer.setCertificateVerification(*settings->ca ? DCV_requireCertificate
                                                        : DCV_ignoreCertificate);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), judge);
    if (*settings->crl) { /* DCMTK 3.6.7 has no call for it */
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context),
                                    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    }
    *made = tls;
    return true;
}

void tls_destroy(tls *tls) {
    delete tls;
}

const char *tls_fault(const tls *tls) {
    return tls->fault;
}

OFCondition tls_use(tls *tls, T_ASC_Network *network) {
    return ASC_setTransportLayer(network, &tls->layer, 0);
}

/* ---- whom a certificate names -------------------------------------------------------------- */

static bool is(const ASN1_STRING *text, const char *wanted) {
    unsigned char *name = nullptr;
    int length = ASN1_STRING_to_UTF8(&name, text);
    bool same = length >= 0 && static_cast<size_t>(length) == strlen(wanted) &&
                memcmp(name, wanted, static_cast<size_t>(length)) == 0;
    OPENSSL_free(name);
    return same;
}

static bool common_name_is(const X509 *certificate, const char *wanted) {
    const X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        if (is(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), wanted)) {
            return true;
        }
    }
    return false;
}

static bool dns_name_is(const X509 *certificate, const char *wanted) {
    auto *names = static_cast<GENERAL_NAMES *>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    bool found = false;
    for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        found = name->type == GEN_DNS && is(name->d.dNSName, wanted);
    }
    GENERAL_NAMES_free(names);
    return found;
}

bool tls_names(T_ASC_Association *association, const char *ae_title) {
    std::vector<unsigned char> shown(ASC_getPeerCertificateLength(association));
    ASC_getPeerCertificate(association, shown.data(), shown.size());
    const unsigned char *at = shown.data();
    X509 *certificate = d2i_X509(nullptr, &at, static_cast<long>(shown.size()));
    bool named = certificate &&
                 (common_name_is(certificate, ae_title) || dns_name_is(certificate, ae_title));
    X509_free(certificate);
    return named;
}
