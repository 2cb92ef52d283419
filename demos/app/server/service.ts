import { WebPubSubServiceClient } from "@azure/web-pubsub";
// In your project: "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../../../lib/emulator/index.js";

export const HUB = "demo_app";

/** Web PubSub, wherever it is, by Azure's own server SDK. */
export interface Service {
  readonly name: string;
  readonly sdk: WebPubSubServiceClient;
  /** Present when the service runs here. */
  readonly emulator?: WebPubSubEmulator;
}

export async function findService(connectionString?: string): Promise<Service> {
  if (connectionString) return { name: nameIn(connectionString), sdk: sdkFor(connectionString) };
  const emulator = await WebPubSubEmulator.start();
  return { name: `the emulator at ${emulator.endpoint}`, sdk: sdkFor(emulator.connectionString), emulator };
}

const sdkFor = (connectionString: string): WebPubSubServiceClient =>
  // The emulator speaks plain HTTP, which the SDK refuses unless told; to Azure it speaks HTTPS all the same.
  new WebPubSubServiceClient(connectionString, HUB, { allowInsecureConnection: true });

/** The endpoint, without the key beside it. */
function nameIn(connectionString: string): string {
  const [, endpoint] = /(?:^|;)\s*Endpoint=([^;]+)/i.exec(connectionString) ?? [];
  if (endpoint && /(?:^|;)\s*AccessKey=[^;]/i.test(connectionString)) return endpoint;
  throw new TypeError("WEBPUBSUB_CONNECTION_STRING must read Endpoint=https://…;AccessKey=…;Version=1.0;");
}
