const assert = require("node:assert/strict");
const rxjs = require("rxjs");
const client = require("rx-webpubsub");
const operators = require("rx-webpubsub/operators");

const loaded = Object.keys(require.cache).filter((file) =>
  /[\\/](emulator|jsonwebtoken|hono|node-server)[\\/]/.test(file),
);
assert.deepEqual(loaded, [], "who uses the client does not load the emulator");

const emulator = require("rx-webpubsub/emulator");
const metadata = require("rx-webpubsub/package.json");
const scenario = require("./scenario.cjs");

scenario({ rxjs, client, operators, emulator }).then(() => {
  console.log(`${metadata.name} ${metadata.version} as CommonJS: done`);
});
