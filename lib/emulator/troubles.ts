/** The troubles that a test has in store for one session; they outlive its links. */
export class Troubles {
  /** The next recovery is refused. */
  recoveryRefused = false;
  /** How much later acks are sent. */
  ackDelayMs = 0;
  /** How many acks more are not sent at all. */
  lostAcks = 0;
  /** How many messages more are sent twice. */
  duplicates = 0;
  /** How many frames more are sent broken. */
  garbled = 0;

  /** Whether one of a number of troubles is due, and takes it off. */
  take(kind: "lostAcks" | "duplicates" | "garbled"): boolean {
    if (this[kind] === 0) return false;
    this[kind]--;
    return true;
  }
}
