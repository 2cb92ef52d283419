import { BehaviorSubject, catchError, defer, EMPTY, ignoreElements, tap, throwError, type Observable } from "rxjs";
import type { WebPubSubClient } from "../../index.js";
import type { LineType, Target } from "./target.js";
import type { Terminal } from "./terminal.js";
import { help, type TypedLine } from "./typed-line.js";
import { visible } from "./visible.js";

interface Settings {
  readonly target: Target | undefined;
  readonly lineType: LineType;
  readonly echo: boolean;
}

/** Does what lines say, one after the other, and remembers where the next one goes. */
export class LineRunner {
  readonly #target$: BehaviorSubject<Target | undefined>;
  /** Where lines go. */
  readonly target$: Observable<Target | undefined>;
  /** Errors when lines that nobody saw fail could not be sent. */
  readonly verdict$: Observable<never> = defer(() =>
    this.#failed > 0 && !this.terminal.interactive
      ? throwError(() => new Error(`${this.#failed} of ${this.#count} lines could not be sent`))
      : EMPTY,
  );
  #count = 0;
  #failed = 0;

  constructor(
    private readonly client: WebPubSubClient,
    private readonly terminal: Terminal,
    private readonly settings: Settings,
  ) {
    this.#target$ = new BehaviorSubject(settings.target);
    this.target$ = this.#target$.asObservable();
  }

  /** Cold; completes when the line's work is done. What goes wrong is told, and errors only when all others would too. */
  run(line: TypedLine): Observable<never> {
    switch (line.type) {
      case "send":
        return this.#send(line.text);
      case "event":
        return this.#told(() => this.client.sendEvent(line.event, ...this.#content(line.text)));
      case "join":
        return this.#told(() =>
          this.client.joinGroup(line.group).pipe(tap(() => this.#target$.value ?? this.#goTo(line.group))),
        );
      case "group":
        return this.#told(() => {
          this.#goTo(line.group);
          return EMPTY;
        });
      case "leave":
        return this.#told(() => this.client.leaveGroup(line.group));
      case "help":
        return this.#told(() => {
          for (const text of help) this.terminal.note(text);
          return EMPTY;
        });
      case "mistake":
        return this.#told(() => throwError(() => new Error(line.what)));
      case "nothing":
      case "quit":
        return EMPTY;
    }
  }

  #send(text: string): Observable<never> {
    const target = this.#target$.value;
    if (!target && !this.terminal.interactive) {
      return throwError(() => new Error("there is nowhere to send lines to: name a --group or an --event"));
    }
    return this.#told(() => {
      if (!target) throw new Error("there is no group to send to: /join one, or send an /event");
      const [content, dataType] = this.#content(text);
      return target.kind === "event"
        ? this.client.sendEvent(target.name, content, dataType)
        : this.client.sendToGroup(target.name, content, dataType, { noEcho: !this.settings.echo });
    });
  }

  #goTo(group: string): void {
    this.#target$.next({ kind: "group", name: group });
  }

  #content(text: string): [content: unknown, dataType: LineType] {
    const { lineType } = this.settings;
    if (lineType === "text") return [text, lineType];
    try {
      return [JSON.parse(text), lineType];
    } catch {
      throw new Error(`the line is not valid JSON, as --type json wants it: ${text}`);
    }
  }

  #told(work: () => Observable<unknown>): Observable<never> {
    return defer(() => {
      this.#count++;
      return work();
    }).pipe(
      ignoreElements(),
      catchError((error: unknown) => {
        this.#failed++;
        this.terminal.note(visible(error instanceof Error ? error.message : String(error)));
        return EMPTY;
      }),
    );
  }
}
