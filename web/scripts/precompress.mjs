// Writes file.gz beside every text file of a folder, for a server that hands out ready-made gzip.
// usage: node scripts/precompress.mjs dist
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = process.argv[2];
if (!folder) {
  console.error('precompress: name the folder, for example: node scripts/precompress.mjs dist');
  process.exit(2);
}

const text = /\.(html|js|css|svg|json|map|txt)$/;
const smallestWorthIt = 1024; // bytes; below it the header costs more than it saves

function filesBelow(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

let before = 0;
let after = 0;
for (const path of filesBelow(folder).filter((name) => text.test(name))) {
  const body = readFileSync(path);
  if (body.length < smallestWorthIt) continue;
  const packed = gzipSync(body, { level: 9 });
  writeFileSync(`${path}.gz`, packed);
  before += body.length;
  after += packed.length;
}
console.log(`precompressed ${Math.round(before / 1024)} kB to ${Math.round(after / 1024)} kB`);
