/*
 * An emulator for other processes: `npx tsx demos/emulator.ts [port] [access key]`.
 *
 * Prints its connection string, alone on the first line, and runs until Ctrl-C. Then elsewhere:
 *
 *     WEBPUBSUB_CONNECTION_STRING="…" npm start
 */
import { once } from "node:events";
// In your project: "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../lib/emulator/index.js";

const [port = "0", accessKey] = process.argv.slice(2);
const emulator = await WebPubSubEmulator.start({ port: Number(port), ...(accessKey !== undefined && { accessKey }) });
console.log(emulator.connectionString);
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await emulator.stop();
