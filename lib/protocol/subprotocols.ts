/** The JSON subprotocols of Azure Web PubSub, by the name offered at the WebSocket upgrade (client-protocol §2.3). */
export const subprotocols = {
  /** Messages carry sequence ids, and a dropped connection can be recovered without loss. */
  "json.reliable.webpubsub.azure.v1": { reliable: true },
  /** No sequence ids and no recovery: what is published while the connection is down is missed. */
  "json.webpubsub.azure.v1": { reliable: false },
} as const;

/** The name of a subprotocol that is built in. */
export type SubprotocolName = keyof typeof subprotocols;

export const defaultSubprotocol: SubprotocolName = "json.reliable.webpubsub.azure.v1";

export const isSubprotocolName = (name: unknown): name is SubprotocolName =>
  typeof name === "string" && Object.hasOwn(subprotocols, name);
