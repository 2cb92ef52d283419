import express, { Router } from "express";
// In your project: "rx-webpubsub/emulator".
import type { WebPubSubEmulator } from "../../../lib/emulator/index.js";
import { faultNames, type FaultName } from "../shared/messages.js";
import { HUB } from "./service.js";

const REFUSED_ATTEMPTS = 3;

/** Users whose next attempts to connect are refused. */
export class Refusals {
  readonly #left = new Map<string, number>();

  refuse(userId: string): void {
    this.#left.set(userId, REFUSED_ATTEMPTS);
  }

  /** Whether this attempt is one of them. */
  take(userId: string): boolean {
    const left = this.#left.get(userId) ?? 0;
    if (left > 1) this.#left.set(userId, left - 1);
    else this.#left.delete(userId);
    return left > 0;
  }
}

/** `POST /faults/cut` and so on: trouble on the connection that is named in the body. */
export const faultRoutes = (emulator: WebPubSubEmulator | undefined, refusals: Refusals): Router =>
  Router().post("/faults/:fault", express.json(), ({ params, body }, response) => {
    const fault = faultNames.find((name) => name === params.fault);
    const { connectionId } = (body ?? {}) as { readonly connectionId?: unknown };
    const connection = emulator?.hub(HUB).connections.find((each) => each.connectionId === connectionId);
    if (!emulator || !fault) response.status(404).type("text").send(`there is no fault "${params.fault}" here`);
    else if (!connection)
      response
        .status(404)
        .type("text")
        .send(`there is no connection "${String(connectionId)}"`);
    else {
      const { userId = "" } = connection;
      make(fault, emulator, connection.connectionId, () => refusals.refuse(userId));
      response.status(204).end();
    }
  });

function make(
  fault: FaultName,
  { faults }: WebPubSubEmulator,
  connectionId: string,
  refuseNextAttempts: () => void,
): void {
  switch (fault) {
    case "freeze":
      faults.freeze(connectionId);
      return;
    case "refuse":
      refuseNextAttempts();
      break;
    case "cut":
    case "lose":
      break;
  }
  // Without a session to come back to, the next attempts are at a new one: those that can be refused.
  if (fault !== "cut") faults.refuseRecovery(connectionId);
  faults.drop(connectionId);
}
