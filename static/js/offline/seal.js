// What lies in a browser that others use too is sealed: ChaCha20-Poly1305 as RFC 8439 has it. By hand, because pages over
// plain HTTP, as inside a college, have no crypto.subtle; tests/browser/test_seal.py holds it to the RFC's own example.

const ROUNDS = 10;
const turn = (word, bits) => (word << bits) | (word >>> (32 - bits));

function quarter(s, a, b, c, d) {
  s[a] += s[b]; s[d] = turn(s[d] ^ s[a], 16);
  s[c] += s[d]; s[b] = turn(s[b] ^ s[c], 12);
  s[a] += s[b]; s[d] = turn(s[d] ^ s[a], 8);
  s[c] += s[d]; s[b] = turn(s[b] ^ s[c], 7);
}

/** 64 bytes of the key stream. Words are little-endian, as all machines that browsers run on have them. */
function block(key, counter, nonce) {
  const start = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...words(key), counter, ...words(nonce));
  const state = start.slice();
  for (let round = 0; round < ROUNDS; round += 1) {
    quarter(state, 0, 4, 8, 12); quarter(state, 1, 5, 9, 13); quarter(state, 2, 6, 10, 14); quarter(state, 3, 7, 11, 15);
    quarter(state, 0, 5, 10, 15); quarter(state, 1, 6, 11, 12); quarter(state, 2, 7, 8, 13); quarter(state, 3, 4, 9, 14);
  }
  for (let i = 0; i < 16; i += 1) state[i] += start[i];
  return new Uint8Array(state.buffer);
}

const words = (bytes) => new Uint32Array(bytes.slice().buffer);

function crypt(key, nonce, bytes) {
  const result = bytes.slice();
  for (let at = 0; at < bytes.length; at += 64) {
    const stream = block(key, 1 + at / 64, nonce);
    for (let i = 0; i < 64 && at + i < bytes.length; i += 1) result[at + i] ^= stream[i];
  }
  return result;
}

// ── Poly1305: who does not have the key can't change a value either ─────────
const P = (1n << 130n) - 5n, CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn, LOW = (1n << 128n) - 1n;
const number = (bytes) => BigInt(`0x0${[...bytes].reverse().map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);

function tagOf(key, nonce, about, bytes) {
  const once = block(key, 0, nonce);
  const r = number(once.subarray(0, 16)) & CLAMP;
  const sizes = new Uint8Array(new BigUint64Array([BigInt(about.length), BigInt(bytes.length)]).buffer);
  let sum = 0n;
  for (const part of [about, bytes, sizes]) {
    for (let at = 0; at < part.length; at += 16) {
      const whole = new Uint8Array(16);
      whole.set(part.subarray(at, at + 16));
      sum = ((sum + number(whole) + (1n << 128n)) * r) % P;
    }
  }
  const tag = (sum + number(once.subarray(16, 32))) & LOW;
  return Uint8Array.from({ length: 16 }, (_, i) => Number((tag >> BigInt(8 * i)) & 255n));
}

// ── Texts ───────────────────────────────────────────────────────────────────
const utf8 = (text) => new TextEncoder().encode(text);
const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const NONCE = 12, TAG = 16;

/** `text` under a key of 64 hex digits; `about`, where it lies, is bound to it. */
export function seal(key, about, text, nonce = crypto.getRandomValues(new Uint8Array(NONCE))) {
  const hidden = crypt(fromHex(key), nonce, utf8(text));
  const bytes = [...nonce, ...hidden, ...tagOf(fromHex(key), nonce, utf8(about), hidden)];
  return btoa(String.fromCharCode(...bytes));
}

/** The text; null where it was not sealed with this key for this place. */
export function open(key, about, sealed) {
  const bytes = Uint8Array.from(atob(sealed), (letter) => letter.charCodeAt(0));
  if (bytes.length < NONCE + TAG) return null;
  const nonce = bytes.slice(0, NONCE), hidden = bytes.slice(NONCE, -TAG), tag = bytes.slice(-TAG);
  const right = tagOf(fromHex(key), nonce, utf8(about), hidden);
  if (tag.some((byte, i) => byte !== right[i])) return null;
  return new TextDecoder().decode(crypt(fromHex(key), nonce, hidden));
}
