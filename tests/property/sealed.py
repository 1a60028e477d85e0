# SPDX-License-Identifier: MIT
"""The sealed keystore as SECURITY.md describes it, written a second time: libsodium by ctypes."""

import base64
import ctypes
import ctypes.util
import hashlib
import struct

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
if sodium.sodium_init() < 0:
    raise OSError("libsodium does not start")

PASSPHRASE, KEY_FILE = 1, 2
HEADER = struct.Struct("<8sBBHII16s24s")
FIRST = "-----BEGIN WGTOPO KEYSTORE-----\n"
LAST = "-----END WGTOPO KEYSTORE-----\n"
ARGON2ID13 = 2


def clamp(private):
    key = bytearray(private)
    key[0] &= 248
    key[31] = key[31] & 127 | 64
    return bytes(key)


def public_half(private):
    public = ctypes.create_string_buffer(32)
    sodium.crypto_scalarmult_base(public, private)
    return public.raw


def content(mesh_secret, keys):
    """The plaintext for a list of (name, private key)."""
    entries = sorted((name.encode(), public_half(private), private) for name, private in keys)
    return mesh_secret + struct.pack("<I", len(entries)) + b"".join(
        bytes([len(name)]) + name + public + private for name, public, private in entries)


def derive(kind, secret, cost, salt):
    if kind == KEY_FILE:
        return hashlib.blake2b(b"wgtopo keystore 1, key file" + salt, key=secret,
                               digest_size=32).digest()
    key = ctypes.create_string_buffer(32)
    r = sodium.crypto_pwhash(key, ctypes.c_ulonglong(32), secret, ctypes.c_ulonglong(len(secret)),
                             salt, ctypes.c_ulonglong(cost[0]), ctypes.c_size_t(cost[1] * 1024),
                             ARGON2ID13)
    if r != 0:
        raise MemoryError
    return key.raw


def armour(raw):
    raw += hashlib.blake2b(raw, digest_size=16).digest()
    lines = [base64.b64encode(raw[i:i + 48]).decode() + "\n" for i in range(0, len(raw), 48)]
    return FIRST + "".join(lines) + LAST


def seal(kind, secret, plain, salt, nonce, cost=(0, 0)):
    header = HEADER.pack(b"wgtopoKS", 1, kind, 0, *cost, salt, nonce)
    box = ctypes.create_string_buffer(len(plain) + 16)
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        box, None, plain, ctypes.c_ulonglong(len(plain)), header, ctypes.c_ulonglong(len(header)),
        None, nonce, derive(kind, secret, cost, salt))
    return armour(header + box.raw)


def parse(text):
    """(header, box, kind, cost, salt, nonce), or ValueError."""
    if not text.startswith(FIRST) or not text.endswith(LAST):
        raise ValueError("armour")
    raw = base64.b64decode(text[len(FIRST):-len(LAST)])
    raw, checksum = raw[:-16], raw[-16:]
    if hashlib.blake2b(raw, digest_size=16).digest() != checksum:
        raise ValueError("checksum")
    header, box = raw[:HEADER.size], raw[HEADER.size:]
    _, _, kind, _, passes, memory, salt, nonce = HEADER.unpack(header)
    return header, box, kind, (passes, memory), salt, nonce


def key_of(text, secret):
    _, _, kind, cost, salt, _ = parse(text)
    return derive(kind, secret, cost, salt)


def unseal(text, secret):
    """The plaintext, or ValueError."""
    header, box, _, _, _, nonce = parse(text)
    plain = ctypes.create_string_buffer(len(box) - 16)
    if sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
            plain, None, None, box, ctypes.c_ulonglong(len(box)), header,
            ctypes.c_ulonglong(len(header)), nonce, key_of(text, secret)) != 0:
        raise ValueError("locked")
    return plain.raw
