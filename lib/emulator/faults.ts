import type { Service } from "./service.js";

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
}

const MAX_REASON_BYTES = 123;

export const faultsOf = (service: Service): EmulatorFaults => ({
  drop: (connectionId) => service.session(connectionId)?.dropLink(),
  close(connectionId, code, reason = "") {
    if (!maySendCloseCode(code)) {
      throw new RangeError(`a close frame cannot carry code ${code}: use 1000 to 1003, 1007 to 1014 or 3000 to 4999`);
    }
    if (new TextEncoder().encode(reason).byteLength > MAX_REASON_BYTES) {
      throw new RangeError(`a close reason may have ${MAX_REASON_BYTES} bytes at most`);
    }
    service.session(connectionId)?.closeLink(code, reason);
  },
  refuseRecovery(connectionId) {
    const session = service.session(connectionId);
    if (session) session.recoveryRefused = true;
  },
});

const maySendCloseCode = (code: number): boolean =>
  Number.isInteger(code) &&
  ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999));
