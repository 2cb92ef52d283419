import {
  catchError,
  concat,
  exhaustMap,
  filter,
  fromEvent,
  ignoreElements,
  map,
  merge,
  of,
  type Observable,
} from "rxjs";
import { fromFetch } from "rxjs/fetch";
// In your project: "rx-webpubsub".
import type { WebPubSubClient } from "../../../../lib/index.js";
import { faultNames, type FaultName, type ServiceInfo } from "../../shared/messages.js";
import { find, setText } from "../elements.js";
import type { Happening } from "../happening.js";

const button = (fault: FaultName): HTMLElement => find(`[data-fault=${fault}]`);

/** The buttons that make trouble: each asks the server for it, while there is a connection to make it on. */
export const faultsOn = (client: WebPubSubClient): Observable<Happening> =>
  merge(...faultNames.map((fault) => fromEvent(button(fault), "click").pipe(map(() => fault)))).pipe(
    map((fault) => ({ fault, connectionId: connectionOf(client) })),
    filter(({ fault, connectionId }) => connectionId !== undefined && button(fault).ariaDisabled !== "true"),
    exhaustMap(({ fault, connectionId }) =>
      concat(of({ type: "fault", fault } as const), ask(fault, connectionId)).pipe(
        catchError((error: unknown) => of({ type: "odd", what: `no ${fault}: ${String(error)}` } as const)),
      ),
    ),
  );

const connectionOf = ({ state }: WebPubSubClient): string | undefined =>
  state.status === "connected" ? state.connectionId : undefined;

const ask = (fault: FaultName, connectionId: string | undefined): Observable<never> =>
  fromFetch(`faults/${fault}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ connectionId }),
    selector: async (response) => {
      if (!response.ok) throw new Error(await response.text());
    },
  }).pipe(ignoreElements());

/** A button that cannot work now stays where the keyboard is. */
export function drawFaults(isConnected: boolean, { faults, name }: ServiceInfo): void {
  for (const fault of faultNames) button(fault).ariaDisabled = String(!(isConnected && faults));
  setText(
    find("#faults-note"),
    faults
      ? ""
      : `These need the emulator. The service is ${name}: pull the plug, or use the browser's offline switch.`,
  );
}
