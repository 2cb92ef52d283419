import { randomUUID } from "node:crypto";
import jwt from "jsonwebtoken";
// In your project: "rx-webpubsub/emulator".
import { WebPubSubEmulator } from "../../lib/emulator/index.js";

/** Where the demo runs: an emulator in this process, or a service somewhere else. */
export interface Place {
  readonly name: string;
  /** The group that the users meet in. */
  readonly group: string;
  /** A fresh URL for one attempt to connect. */
  accessUrl(userId: string, roles?: readonly string[]): string;
  /** Present when it runs here: the server's side, and faults. */
  readonly emulator?: WebPubSubEmulator;
  close(): Promise<void>;
}

export const HUB = "demo";

/** What a token allows: to join any group and to send to any group. */
const ROLES = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

export async function emulatorHere(): Promise<Place> {
  const emulator = await WebPubSubEmulator.start();
  return {
    name: `the emulator at ${emulator.endpoint}, in this process`,
    group: "lobby",
    accessUrl: (userId, roles = ROLES) => emulator.clientAccessUrl({ hub: HUB, userId, roles }),
    emulator,
    close: () => emulator.stop(),
  };
}

/**
 * A service that is reached by its connection string. The access token is signed here, as your server would: a client
 * must never know the key.
 */
export function serviceElsewhere(connectionString: string): Place {
  const { endpoint, accessKey } = parse(connectionString);
  const audience = `${endpoint}/client/hubs/${HUB}`;
  return {
    name: endpoint,
    // Others may run the same demo against the same service.
    group: `lobby-${randomUUID().slice(0, 8)}`,
    accessUrl(userId, roles = ROLES) {
      const claims = roles.length > 0 ? { role: roles } : {};
      const token = jwt.sign(claims, accessKey, { audience, subject: userId, expiresIn: "5m" });
      return `${audience.replace(/^http/, "ws")}?access_token=${token}`;
    },
    close: () => Promise.resolve(),
  };
}

/** `Endpoint=https://…;AccessKey=…;Version=1.0;`, in any order, with a `Port` if need be. */
function parse(connectionString: string): { endpoint: string; accessKey: string } {
  const fields = new Map<string, string>();
  for (const part of connectionString.split(";")) {
    const [name = "", ...value] = part.split("=");
    fields.set(name.trim().toLowerCase(), value.join("=").trim());
  }
  const endpoint = fields.get("endpoint");
  const accessKey = fields.get("accesskey");
  if (!endpoint || !accessKey) {
    throw new Error("WEBPUBSUB_CONNECTION_STRING must read Endpoint=https://…;AccessKey=…;Version=1.0;");
  }
  const url = new URL(endpoint.startsWith("http") ? endpoint : `https://${endpoint}`);
  url.port = fields.get("port") ?? url.port;
  return { endpoint: url.origin, accessKey };
}
