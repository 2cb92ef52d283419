#!/usr/bin/env node
import { createRequire } from "node:module";
import { run } from "./run.js";

const { version } = createRequire(import.meta.url)("rx-webpubsub/package.json") as { readonly version: string };
process.exitCode = await run(process.argv.slice(2), version);
