import { catchError, connect, map, merge, of, scan, startWith, switchMap, tap, timestamp, type Observable } from "rxjs";
import { fromFetch } from "rxjs/fetch";
// In your project: "rx-webpubsub".
import type { WebPubSubClient } from "../../../lib/index.js";
import type { ServiceInfo } from "../shared/messages.js";
import type { Place } from "../shared/place.js";
import { addressOf } from "./address.js";
import { composer } from "./chat/composer.js";
import { hearing } from "./chat/hearing.js";
import { peopleView } from "./chat/people-view.js";
import { speaking, writing } from "./chat/speaking.js";
import { transcriptOf, type Transcript } from "./chat/transcript.js";
import { TranscriptView } from "./chat/transcript-view.js";
import { badge, tryNow } from "./connection/badge.js";
import { clientFor, withThePage } from "./connection/client.js";
import { drawFaults, faultsOn } from "./connection/faults.js";
import { lifeOf } from "./connection/life.js";
import { counted, nothingYet, tallyView, type Tally } from "./connection/tally.js";
import { find } from "./elements.js";
import type { Happening } from "./happening.js";
import { emptyLog, logged, logView } from "./log/log.js";
import { emptyTape, taped } from "./timeline/tape.js";
import { timelineView } from "./timeline/timeline-view.js";

const info$: Observable<ServiceInfo> = fromFetch("service", {
  selector: async (response) => (await response.json()) as ServiceInfo,
}).pipe(catchError(() => of({ name: "unknown", faults: false })));

/** The page of one user in one room: it happens, it is folded, it is drawn. Lives while subscribed. */
export function visit(place: Place): Observable<unknown> {
  introduce(place);
  const client = clientFor(place);
  const { messages$, keys$ } = composer();
  const transcript = new TranscriptView(place.user);

  const happening$: Observable<Happening> = merge(
    lifeOf(client),
    faultsOn(client),
    speaking(client.group(place.room), merge(messages$, transcript.again$)),
    hearing(client, place.room),
  );
  return merge(
    badge(client, place),
    tryNow(client),
    writing(client, keys$),
    withThePage(client),
    drawnFaults(client),
    // Everybody listens before anything happens.
    happening$.pipe(
      timestamp(),
      connect((happened$) =>
        merge(
          peopleView(happened$, place.user),
          happened$.pipe(scan(transcriptOf(place.user), nothing), tap(transcript.draw)),
          happened$.pipe(scan(logged, emptyLog), tap(logView())),
          happened$.pipe(scan(counted, nothingYet), startWith(nothingYet), map(toTally), tap(tallyView())),
          timelineView(happened$.pipe(scan(taped, emptyTape))),
        ),
      ),
    ),
  );
}

const nothing: Transcript = [];
const toTally = ({ tally }: typeof nothingYet): Tally => tally;

const drawnFaults = (client: WebPubSubClient): Observable<unknown> =>
  info$.pipe(switchMap((info) => client.state$.pipe(tap(({ status }) => drawFaults(status === "connected", info)))));

function introduce({ user, room }: Place): void {
  find("[data-room]").textContent = room;
  find("[data-user]").textContent = user;
  find("[data-second]", document, HTMLAnchorElement).href = addressOf({ user: user === "bob" ? "ann" : "bob", room });
}
