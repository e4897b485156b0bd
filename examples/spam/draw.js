// Draws mails for a training run, each source with its weight, and says in which order.
//
//     node draw.js MAILS.jsonl OUTPUT-DIRECTORY SEED DRAWS SOURCE=WEIGHT...
//
// Every sixth mail is kept for the test. Writes order.txt (the numbers of the drawn mails, from 0),
// train.txt and test.txt (fastText's lines). One seed gives one order.
'use strict';

const fs = require('fs');
const path = require('path');

const [mailsFile, outDir, seed, draws, ...pairs] = process.argv.slice(2);
if (pairs.length === 0) {
    console.error('usage: node draw.js MAILS.jsonl OUTPUT-DIRECTORY SEED DRAWS SOURCE=WEIGHT...');
    process.exit(2);
}

// mulberry32: small, and the same everywhere.
let state = Number(seed) >>> 0;
function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

function words(text) {
    return text.replace(/<[^>]*>/g, ' ').toLowerCase().replace(/[^a-z0-9!$%]+/g, ' ').trim();
}

function line(mail) {
    const subject = (mail.text.match(/^Subject:(.*)$/m) || ['', ''])[1];
    const body = mail.text.slice(mail.text.indexOf('\n\n'));
    return `__label__${mail.label} ${words(subject)} ${words(body).slice(0, 4000)}`;
}

const mails = fs.readFileSync(mailsFile, 'utf8').trim().split('\n').map((text) => JSON.parse(text));
const bySource = new Map();
const test = [];
mails.forEach((mail, number) => {
    if (number % 6 === 0) {
        test.push(line(mail));
        return;
    }
    const source = mail.id.split('/')[0];
    bySource.set(source, [...(bySource.get(source) || []), number]);
});

const weights = pairs.map((pair) => [pair.split('=')[0], Number(pair.split('=')[1])]);
const sum = weights.reduce((total, [, weight]) => total + weight, 0);
function drawSource() {
    let at = random() * sum;
    for (const [source, weight] of weights) {
        at -= weight;
        if (at < 0) {
            return source;
        }
    }
    return weights[weights.length - 1][0];
}

const order = [];
for (let i = 0; i < Number(draws); i++) {
    const numbers = bySource.get(drawSource());
    order.push(numbers[Math.floor(random() * numbers.length)]);
}
fs.mkdirSync(outDir, {recursive: true});
fs.writeFileSync(path.join(outDir, 'order.txt'), order.join('\n') + '\n');
fs.writeFileSync(path.join(outDir, 'train.txt'), order.map((n) => line(mails[n])).join('\n') + '\n');
fs.writeFileSync(path.join(outDir, 'test.txt'), test.join('\n') + '\n');
console.log(`${order.length} draws of ${mails.length - test.length} mails, ${test.length} kept for the test`);
