// Signs a payload as everybody does who has no key: with the Sigstore client, against Sigstore's own mocked
// services, which listen on loopback.
//
//   node sign.js PAYLOAD OUT IDENTITY ISSUER
//
// Writes to the directory OUT: trusted_root.json, seed_root.json (the public instance's, as @sigstore/tuf has
// it) and one bundle for each way of logging: intoto.json, dsse.json, v2.json (Rekor v2 with a time stamp).
// Each is verified by @sigstore/verify too. Prints JSON: what that said.
//
// The mocks log what is proposed as it is. Rekor itself logs a canonical form of it; that is made here, as
// rekor/pkg/types/dsse/v0.0.1 and rekor-tiles do, before it is handed to them.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { bundleFromJSON, bundleToJSON } from '@sigstore/bundle';
import mock from '@sigstore/mock';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import sigstore from 'sigstore';

const [payloadPath, out, identity, issuer] = process.argv.slice(2);
const payload = readFileSync(payloadPath);
const type = 'application/vnd.in-toto+json';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

// --- the services -----------------------------------------------------------------------------------------

function canonicalDsse(proposed) {
  const { envelope, verifiers } = proposed.spec.proposedContent;
  const { payload: body, signatures } = JSON.parse(envelope);
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(envelope).toString('hex') },
      payloadHash: { algorithm: 'sha256', value: sha256(Buffer.from(body, 'base64')).toString('hex') },
      signatures: [{ signature: signatures[0].sig, verifier: verifiers[0] }],
    },
  };
}

function canonicalIntoto(proposed) {
  delete proposed.spec.content.envelope.payload;
  return proposed;
}

function pae({ payloadType, payload: body }) {
  const bytes = Buffer.from(body, 'base64');
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]);
}

// A DSSE envelope is logged as a hashedrekord over Hash(PAE).
function canonicalV2({ dsseRequestV002: { envelope, verifiers } }) {
  return {
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: base64(sha256(pae(envelope))) },
        signature: { content: envelope.signatures[0].sig, verifier: verifiers[0] },
      },
    },
  };
}

async function logV2(tlog, request) {
  const body = canonicalV2(JSON.parse(request));
  const entry = await tlog.logV2(body);
  const { checkpoint } = entry.inclusionProof;
  // The mock draws an index at random, but its tree has one entry; and what it calls the root is hexadecimal.
  return JSON.stringify({
    logIndex: '0',
    logId: { keyId: base64(entry.logId.keyId) },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    inclusionProof: {
      logIndex: '0',
      treeSize: '1',
      rootHash: checkpoint.envelope.split('\n')[2],
      hashes: [],
      checkpoint,
    },
    canonicalizedBody: base64(entry.canonicalizedBody),
  });
}

async function services() {
  const keys = { ct: keyPair(), ca: keyPair(), log: keyPair(), logV2: keyPair(), tsa: keyPair() };
  const ctlog = await mock.initializeCTLog(keys.ct);
  const ca = await mock.initializeCA(keys.ca, ctlog);
  // A whole second, since @sigstore/verify does not read every fraction of one; behind the certificate's start.
  const clock = new Date((Math.floor(Date.now() / 1000) + 60) * 1000);
  const tsa = await mock.initializeTSA(keys.tsa, clock);
  const tlog = await mock.initializeTLog('https://rekor.example.com', keys.log);
  const tlogV2 = await mock.initializeTLog('https://log2026.example.com', keys.logV2);
  const rekor = mock.rekorHandler(tlog);
  const canonical = { dsse: canonicalDsse, intoto: canonicalIntoto };
  const routes = {
    '/api/v2/signingCert': mock.fulcioHandler(ca).fn,
    '/api/v1/timestamp': mock.tsaHandler(tsa).fn,
    '/api/v1/log/entries': (body) => {
      const proposed = JSON.parse(body);
      return rekor.fn(JSON.stringify(canonical[proposed.kind](proposed)));
    },
    '/api/v2/log/entries': async (body) => ({
      statusCode: 201,
      response: await logV2(tlogV2, body),
      contentType: 'application/json',
    }),
  };
  return { keys, ca, tsa, routes };
}

function listen(routes) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', async () => {
      const answer = await routes[request.url](Buffer.concat(parts).toString());
      response.writeHead(answer.statusCode, { 'Content-Type': answer.contentType ?? 'text/plain' });
      response.end(answer.response);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

// --- the trusted root -------------------------------------------------------------------------------------

const validFor = { start: new Date(Date.now() - 86400000).toISOString() };

function logInstance(baseUrl, pair) {
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: base64(sha256(spki)) },
  };
}

function authority(uri, certificates) {
  return {
    subject: { organization: 'sigstore.mock', commonName: 'mock' },
    uri,
    certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes: base64(rawBytes) })) },
    validFor,
  };
}

function trustedRoot({ keys, ca, tsa }) {
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      logInstance('https://rekor.example.com', keys.log),
      logInstance('https://log2026.example.com', keys.logV2),
    ],
    certificateAuthorities: [authority('https://fulcio.example.com', [ca.rootCertificate])],
    ctlogs: [logInstance('https://ct.example.com', keys.ct)],
    timestampAuthorities: [
      authority('https://tsa.example.com', [tsa.intCertificate, tsa.rootCertificate]),
    ],
  };
}

// --- signing ----------------------------------------------------------------------------------------------

function token() {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: issuer, sub: identity, aud: 'sigstore', exp: Math.floor(Date.now() / 1000) + 600 };
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

// A failure must be one, and not a second attempt.
const once = { retry: 0, timeout: 20000 };

async function signWith(url, witnesses) {
  const signer = new FulcioSigner({
    fulcioBaseURL: url,
    identityProvider: { getToken: async () => token() },
    ...once,
  });
  const bundle = await new DSSEBundleBuilder({ signer, witnesses }).create({ data: payload, type });
  return bundleToJSON(bundle);
}

async function signAll(url) {
  const rekor = (options) => new RekorWitness({ rekorBaseURL: url, ...once, ...options });
  const tsa = () => new TSAWitness({ tsaBaseURL: url, ...once });
  return {
    attest: await sigstore.attest(payload, type, {
      fulcioURL: url,
      rekorURL: url,
      tsaServerURL: url,
      identityProvider: { getToken: async () => token() },
      ...once,
    }),
    intoto: await signWith(url, [rekor({ entryType: 'intoto' })]),
    dsse: await signWith(url, [rekor({ entryType: 'dsse' })]),
    v2: await signWith(url, [rekor({ majorApiVersion: 2 }), tsa()]),
  };
}

function verdict(root, bundle) {
  const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(root)));
  const policy = { subjectAlternativeName: identity, extensions: { issuer } };
  try {
    verifier.verify(toSignedEntity(bundleFromJSON(bundle)), policy);
    return 'accepted';
  } catch (error) {
    return `${error.code ?? error.name}: ${error.message}`;
  }
}

const seeds = createRequire(import.meta.url)('@sigstore/tuf/seeds.json');
const seed = seeds['https://tuf-repo-cdn.sigstore.dev'].targets['trusted_root.json'];
const all = await services();
const server = await listen(all.routes);
const bundles = await signAll(`http://127.0.0.1:${server.address().port}`);
server.close();
const root = trustedRoot(all);
const said = {};
for (const [name, bundle] of Object.entries(bundles)) {
  writeFileSync(join(out, `${name}.json`), JSON.stringify(bundle));
  said[name] = verdict(root, bundle);
}
writeFileSync(join(out, 'trusted_root.json'), JSON.stringify(root));
writeFileSync(join(out, 'seed_root.json'), Buffer.from(seed, 'base64'));
console.log(JSON.stringify(said));
