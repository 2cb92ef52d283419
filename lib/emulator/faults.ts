import { utf8Length } from "../protocol/bytes.js";
import * as closeCode from "../protocol/close-codes.js";
import type { Service } from "./service.js";
import type { Troubles } from "./troubles.js";

/** Troubles to test a client against. An unknown connection id is nothing to trouble, and no error. */
export interface EmulatorFaults {
  /** The connection's socket dies without a close frame: the client sees 1006. A reliable session can be recovered. */
  drop(connectionId: string): void;
  /**
   * The connection's socket is closed with a code, as a proxy or a restarting node would. A reliable session can be
   * recovered afterwards, unless the code is 1008, which ends it.
   *
   * @throws RangeError when the code is none that a close frame may carry: 1000 to 1014 but 1004 to 1006, 3000 to 4999
   */
  close(connectionId: string, code: number, reason?: string): void;
  /** The next recovery of the session is answered by close 1008, which ends it. */
  refuseRecovery(connectionId: string): void;
  /**
   * The connection's socket stays open, but nothing is read from it and nothing sent: a network that has gone silent, to
   * test a client's keepalive and its deadlines against. What either side sends meanwhile waits. A client that closes
   * the socket is noticed; a recovery gets a socket that is not frozen, and what was not read is lost with the old one.
   * A session that is not reliable ends when 1,000 messages or 16 MiB wait for it, as for any client that is too slow.
   */
  freeze(connectionId: string): void;
  /** A frozen socket goes on where it stopped, but for messages whose time to live has passed. */
  thaw(connectionId: string): void;
  /**
   * From now on the acks of the session come later, to test what a client does meanwhile: deadlines, commands that are
   * given up, acks that arrive after all. Operations run at once. Acks that are late when a socket ends are lost with it.
   *
   * @param ms 0: at once again
   * @throws RangeError when it is no number of milliseconds
   */
  delayAcks(connectionId: string, ms: number): void;
  /**
   * The next acks of the session never come, though their operations are done: to test deadlines, and that a repeat
   * under the same id, which is answered by `Duplicate`, counts as success.
   *
   * @param count how many, instead of what is left of an earlier call; 0: none
   * @throws RangeError when it is no count
   */
  loseAcks(connectionId: string, count?: number): void;
  /**
   * The next messages of the session are sent twice, the second byte for byte as the first: to test that a client of a
   * reliable subprotocol shows each once. On the others there is nothing to tell the copies by.
   *
   * @param count as in {@link loseAcks}
   * @throws RangeError when it is no count
   */
  duplicate(connectionId: string, count?: number): void;
  /**
   * The next frames of the session, of any kind, arrive as broken JSON: to test that a malformed frame is reported and
   * harms nothing else. A message of a reliable session is kept as it should have been until it is acknowledged, so
   * that the next recovery brings it, unless a later message has come meanwhile, with which it is acknowledged; acks and
   * pongs are lost for good, as is everything on the other subprotocols.
   *
   * @param count as in {@link loseAcks}
   * @throws RangeError when it is no count
   */
  garble(connectionId: string, count?: number): void;
}

export const faultsOf = (service: Service): EmulatorFaults => ({
  drop: (connectionId) => service.session(connectionId)?.dropLink(),
  close(connectionId, code, reason = "") {
    if (!maySendCloseCode(code)) {
      throw new RangeError(`a close frame cannot carry code ${code}: use 1000 to 1003, 1007 to 1014 or 3000 to 4999`);
    }
    if (utf8Length(reason) > closeCode.MAX_REASON_BYTES) {
      throw new RangeError(`a close reason may have ${closeCode.MAX_REASON_BYTES} bytes at most`);
    }
    service.session(connectionId)?.closeLink(code, reason);
  },
  refuseRecovery: (connectionId) => trouble(service, connectionId, { recoveryRefused: true }),
  freeze: (connectionId) => service.session(connectionId)?.freezeLink(),
  thaw: (connectionId) => service.session(connectionId)?.thawLink(),
  delayAcks(connectionId, ms) {
    if (!(Number.isFinite(ms) && ms >= 0)) throw new RangeError(`ms must be a number from 0, not ${ms}`);
    trouble(service, connectionId, { ackDelayMs: ms });
  },
  loseAcks: (connectionId, count) => trouble(service, connectionId, { lostAcks: howMany(count) }),
  duplicate: (connectionId, count) => trouble(service, connectionId, { duplicates: howMany(count) }),
  garble: (connectionId, count) => trouble(service, connectionId, { garbled: howMany(count) }),
});

function trouble(service: Service, connectionId: string, troubles: Partial<Omit<Troubles, "take">>): void {
  const session = service.session(connectionId);
  if (session) Object.assign(session.troubles, troubles);
}

function howMany(count = 1): number {
  if (!(Number.isSafeInteger(count) && count >= 0))
    throw new RangeError(`count must be a whole number from 0, not ${count}`);
  return count;
}

const maySendCloseCode = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999));
