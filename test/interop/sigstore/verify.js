// A second opinion on our claims, by the Sigstore JavaScript client.
//
//   node verify.js BUNDLE PROOF POLICY PUBLIC_KEY
//
// Puts a claim (a Sigstore bundle by key) and its .tlog-proof together into a bundle with a log
// entry, trusts the log that the policy names, and verifies. Then changes every byte of each part in
// turn. Prints JSON: did it verify, and how many changes of each part were refused and accepted.
import { createHash, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';

const [bundlePath, proofPath, policyPath, keyPath] = process.argv.slice(2);

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const bytes = (text) => Buffer.from(text, 'base64');

// c2sp.org/tlog-proof; the entry is in "extra".
function readProof(text) {
  const split = text.indexOf('\n\n');
  const [header, extra, index, ...hashes] = text.slice(0, split).split('\n');
  if (header !== 'c2sp.org/tlog-proof@v1' || !extra.startsWith('extra ') || !index.startsWith('index ')) {
    throw new Error('this is no proof with an entry in it');
  }
  const checkpoint = text.slice(split + 2);
  const [, size, root] = checkpoint.split('\n');
  return { entry: bytes(extra.slice(6)), index: index.slice(6), hashes: hashes.map(bytes), size, root, checkpoint };
}

// The log of a c2sp.org/tlog-policy: "log NAME+ID+KEY".
function readLog(text) {
  const vkey = text.split('\n').find((line) => line.startsWith('log ')).split(' ')[1];
  const [name, id, ...key] = vkey.split('+');
  const raw = bytes(key.join('+')).subarray(1);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  const spki = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
  return { name, id: Buffer.from(id, 'hex'), spki };
}

function trustedRoot(log) {
  return TrustedRoot.fromJSON({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: `https://${log.name}`,
        hashAlgorithm: 'SHA2_256',
        publicKey: {
          rawBytes: base64(log.spki),
          keyDetails: 'PKIX_ED25519',
          validFor: { start: '2020-01-01T00:00:00Z' },
        },
        logId: { keyId: base64(createHash('sha256').update(log.spki).digest()) },
        checkpointKeyId: { keyId: base64(log.id) },
      },
    ],
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  });
}

// What is verified, in parts that can be changed one by one.
function readParts() {
  const bundle = JSON.parse(readFileSync(bundlePath, 'utf8'));
  const proof = readProof(readFileSync(proofPath, 'utf8'));
  const [body, signature] = proof.checkpoint.split('\n\n');
  const match = /^\u2014 (\S+) (\S+)\n$/.exec(signature);
  return {
    bundle,
    proof,
    name: match[1],
    parts: {
      payload: bytes(bundle.dsseEnvelope.payload),
      signature: bytes(bundle.dsseEnvelope.signatures[0].sig),
      leaf: proof.entry,
      proof: Buffer.concat(proof.hashes),
      checkpoint: Buffer.from(`${body}\n`, 'utf8'),
      checkpoint_signature: bytes(match[2]),
    },
  };
}

function assemble({ bundle, proof, name }, log, parts) {
  const hashes = [];
  for (let i = 0; i < parts.proof.length; i += 32) {
    hashes.push(base64(parts.proof.subarray(i, i + 32)));
  }
  const envelope = `${parts.checkpoint.toString('utf8')}\n\u2014 ${name} ${base64(parts.checkpoint_signature)}\n`;
  const whole = structuredClone(bundle);
  whole.dsseEnvelope.payload = base64(parts.payload);
  whole.dsseEnvelope.signatures[0].sig = base64(parts.signature);
  whole.verificationMaterial.tlogEntries = [
    {
      logIndex: proof.index,
      logId: { keyId: base64(log.id) },
      kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
      canonicalizedBody: base64(parts.leaf),
      inclusionProof: {
        logIndex: proof.index,
        treeSize: proof.size,
        rootHash: proof.root,
        hashes,
        checkpoint: { envelope },
      },
    },
  ];
  return whole;
}

const log = readLog(readFileSync(policyPath, 'utf8'));
const read = readParts();
const hint = read.bundle.verificationMaterial.publicKey.hint;
const trust = toTrustMaterial(trustedRoot(log), { [hint]: { rawBytes: readFileSync(keyPath, 'utf8') } });
const verifier = new Verifier(trust, { tlogThreshold: 1, ctlogThreshold: 0, timestampThreshold: 0 });

// The code of the refusal; undefined when there is none.
function refusal(parts) {
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(assemble(read, log, parts))));
    return undefined;
  } catch (error) {
    return error.code ?? error.name;
  }
}

function changeEveryByte(part) {
  const result = { bytes: read.parts[part].length, accepted: 0, codes: {} };
  for (let i = 0; i < result.bytes; i++) {
    const changed = Buffer.from(read.parts[part]);
    changed[i] ^= 1;
    const code = refusal({ ...read.parts, [part]: changed });
    if (code === undefined) {
      result.accepted++;
    } else {
      result.codes[code] = (result.codes[code] ?? 0) + 1;
    }
  }
  return result;
}

const result = { refusal: refusal(read.parts) ?? null, changes: {} };
for (const part of Object.keys(read.parts)) {
  result.changes[part] = changeEveryByte(part);
}
console.log(JSON.stringify(result, null, 2));
