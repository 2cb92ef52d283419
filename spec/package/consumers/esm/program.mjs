import * as rxjs from "rxjs";
import * as client from "rx-webpubsub";
import * as emulator from "rx-webpubsub/emulator";
import * as operators from "rx-webpubsub/operators";
import metadata from "rx-webpubsub/package.json" with { type: "json" };
import scenario from "./scenario.cjs";

await scenario({ rxjs, client, operators, emulator });
console.log(`${metadata.name} ${metadata.version} as ES modules: done`);
