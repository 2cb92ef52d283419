import { filter, fromEvent, map, type Observable } from "rxjs";
import type { ChatMessage } from "../../shared/messages.js";
import { element, find, setText } from "../elements.js";
import { keyedList } from "../keyed-list.js";
import { hueOf } from "../hue.js";
import type { Delivery, Said, Transcript } from "./transcript.js";

const marks: Readonly<Record<Delivery["status"], string>> = {
  sending: "sending …",
  acked: "✓ acked",
  failed: "not known to have arrived",
};

/** The room's messages. */
export class TranscriptView {
  /** Messages that are to be sent again. */
  readonly again$: Observable<ChatMessage>;
  readonly #list = find("#messages");
  readonly #shown = new WeakMap<Element, ChatMessage>();
  readonly #draw: (entries: Transcript) => void;

  constructor(me: string) {
    this.#draw = keyedList<Transcript[number]>(this.#list, {
      key: ({ key }) => key,
      create: (entry) => (entry.kind === "notice" ? element("li", "notice") : this.#create(entry, me)),
      update: (item, entry) => (entry.kind === "notice" ? setText(item, entry.text) : update(item, entry)),
    });
    this.again$ = fromEvent(this.#list, "click").pipe(
      map(({ target }) => (target instanceof HTMLElement && target.matches(".again") ? target.closest("li") : null)),
      map((item) => item && this.#shown.get(item)),
      filter((message) => message != null),
    );
  }

  readonly draw = (entries: Transcript): void => {
    this.#draw(entries);
    this.#markSpeakers(entries);
  };

  /** A name is written where its speaker begins. */
  #markSpeakers(entries: Transcript): void {
    for (const [i, entry] of entries.entries()) {
      this.#list.children[i]?.classList.toggle("follows", speakerOf(entry) === speakerOf(entries[i - 1]));
    }
  }

  #create({ message: { id, from, text } }: Said, me: string): HTMLElement {
    const isMine = from === me;
    const again = element("button", "again", "Send again");
    again.hidden = true;
    const item = element(
      "li",
      isMine ? "said mine" : "said",
      element("span", "from", from),
      element("span", "text", text),
      element("span", "mark"),
      again,
    );
    item.style.setProperty("--hue", String(hueOf(from)));
    this.#shown.set(item, { id, text });
    return item;
  }
}

const speakerOf = (entry: Transcript[number] | undefined): string | undefined =>
  entry?.kind === "said" ? entry.message.from : undefined;

function update(item: HTMLElement, { delivery, arrivals }: Said): void {
  const mark = find(".mark", item);
  item.dataset["delivery"] = delivery?.status ?? "";
  const words = [delivery && marks[delivery.status], arrivals > 1 && `came ${arrivals} times`];
  setText(mark, words.filter(Boolean).join(" · "));
  mark.title = delivery?.status === "failed" ? delivery.why : "";
  find(".again", item).hidden = delivery?.status !== "failed";
}
