import type { WebPubSubServiceClient } from "@azure/web-pubsub";
import { EMPTY, filter, firstValueFrom, mergeMap, of, race, scan, Subject, tap, timer } from "rxjs";
// In your project: "rx-webpubsub".
import { WebPubSubClient, type GroupDataMessage } from "../../../lib/index.js";
import { toChatMessage, type KeptMessage } from "../shared/messages.js";

/** No name that a visitor could have. */
export const ARCHIVE = ".archive";

const MAX_ROOMS = 100;
const MAX_MESSAGES = 100;
const PATIENCE_MS = 3_000;

/**
 * The last messages of each room, for who comes late and for who has lost a session. It hears them as everybody does, by a
 * client of its own, so that it needs no event handler.
 */
export class Archive {
  readonly #client: WebPubSubClient;
  readonly #rooms = new Map<string, readonly KeptMessage[]>();
  readonly #opened$ = new Subject<string>();

  constructor(service: WebPubSubServiceClient) {
    const access = async (): Promise<string> => {
      const roles = ["webpubsub.joinLeaveGroup"];
      return (await service.getClientAccessToken({ userId: ARCHIVE, roles })).url;
    };
    this.#client = new WebPubSubClient(access);
    this.#opened$
      .pipe(
        mergeMap((room) =>
          this.#client.group(room).messages$.pipe(
            mergeMap(kept),
            scan((messages, message) => withMessage(messages, message), [] as readonly KeptMessage[]),
            tap((messages) => this.#rooms.set(room, messages)),
          ),
        ),
      )
      .subscribe();
  }

  /** Resolves when the room is being listened to, or that takes too long to wait for. */
  async keep(room: string): Promise<void> {
    if (!this.#rooms.has(room)) {
      if (this.#rooms.size >= MAX_ROOMS) throw new RangeError(`${MAX_ROOMS} rooms are open: take one of them`);
      this.#rooms.set(room, []);
      this.#opened$.next(room);
    }
    const joined$ = this.#client.group(room).joined$.pipe(filter((joined) => joined !== null));
    await firstValueFrom(race(joined$, timer(PATIENCE_MS)));
  }

  messagesOf(room: string): readonly KeptMessage[] {
    return this.#rooms.get(room) ?? [];
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
}

function kept({ data, fromUserId }: GroupDataMessage) {
  const message = toChatMessage(data);
  return message && fromUserId !== undefined ? of({ ...message, from: fromUserId }) : EMPTY;
}

/** Once each: who was not sure that a message had arrived may have sent it again. */
const withMessage = (messages: readonly KeptMessage[], message: KeptMessage): readonly KeptMessage[] =>
  messages.some(({ id, from }) => id === message.id && from === message.from)
    ? messages
    : [...messages, message].slice(-MAX_MESSAGES);
