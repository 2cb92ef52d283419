import { InvalidArgumentError, type Command } from "commander";
import type { PresenceEvent, SystemEvent, UpstreamOptions } from "../emulator/index.js";
import { UpstreamRoute } from "../emulator/upstream/upstream-route.js";
import { hubName, list } from "./flag-values.js";

/** What an application wants to hear of. */
type Wants = Omit<UpstreamOptions, "url">;

/** A hub and its applications. */
export interface HubSettings {
  readonly name: string;
  readonly upstream: readonly UpstreamOptions[];
}

/** What was said between one `--hub` and the next. */
interface Section {
  /** Said before any `--upstream`: for all of the section. */
  wants: Wants;
  readonly upstream: { readonly url: string; wants: Wants }[];
}

interface HubSection extends Section {
  readonly name: string;
}

const isEmpty = ({ wants, upstream }: Section): boolean => upstream.length === 0 && Object.keys(wants).length === 0;
const sameHub = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The flags whose order counts: an upstream belongs to the hub named before it, and what it wants to the upstream. */
export class HubFlags {
  /** What came before any `--hub`. */
  readonly #leading: Section = { wants: {}, upstream: [] };
  readonly #sections: HubSection[] = [];
  #current = this.#leading;

  addTo(command: Command): Command {
    return command
      .option("--hub <name>", "a hub to print a client access URL for, good for a day; may be repeated", (name) =>
        this.#hub(hubName(name)),
      )
      .option(
        "--upstream <url>",
        "where events of that hub are handled; may be repeated, and hold {hub} and {event}",
        (url) => this.#current.upstream.push({ ...checked({ url }), wants: {} }),
      )
      .option("--events <list>", "the events of clients that go there (default: *, all)", (text) =>
        this.#wants({ events: list(text) }),
      )
      .option("--presence <list>", "whether joined, left or both are told there (default: neither)", (text) =>
        this.#wants({ presence: list(text) as readonly PresenceEvent[] }),
      )
      .option("--system-events <list>", "which of connect, connected, disconnected go there (default: all)", (text) =>
        this.#wants({ systemEvents: list(text) as readonly SystemEvent[] }),
      )
      .option("--group-filters <list>", "the groups whose presence is told, as patterns (default: **, all)", (text) =>
        this.#wants({ groupFilters: list(text) }),
      );
  }

  /**
   * All hubs, those of the file first. A hub's own `--upstream` replaces those that the file has for it; what is wanted
   * without one is said to those of the file.
   *
   * @throws Error when a flag belongs to nothing
   */
  resolve(fromFile: readonly HubSettings[]): HubSettings[] {
    const names = [...fromFile, ...this.#sections].map(({ name }) => name);
    const hubs = names.filter((name, at) => names.findIndex((other) => sameHub(name, other)) === at);
    const sections = this.#sections.map((each) => (hubs.length === 1 ? merged(this.#leading, each) : each));
    const alone = hubs.length === 1 && sections.length === 0 ? this.#leading : undefined;
    if (hubs.length !== 1 && !isEmpty(this.#leading)) {
      const [first] = this.#leading.upstream;
      const flag = first ? `--upstream ${first.url}` : `--${dashed(Object.keys(this.#leading.wants)[0])}`;
      throw new Error(`${flag} belongs to no hub: put it behind the --hub that it is for`);
    }
    return hubs.map((name) => {
      const own = alone ?? sections.find((each) => sameHub(name, each.name)) ?? { wants: {}, upstream: [] };
      return { name, upstream: upstreamOf(name, own, fromFile.find((hub) => sameHub(name, hub.name))?.upstream ?? []) };
    });
  }

  #hub(name: string): void {
    let section = this.#sections.find((each) => sameHub(name, each.name));
    if (!section) this.#sections.push((section = { name, wants: {}, upstream: [] }));
    this.#current = section;
  }

  #wants(wants: Wants): void {
    const owner = this.#current.upstream.at(-1) ?? this.#current;
    owner.wants = { ...owner.wants, ...checked(wants) };
  }
}

function upstreamOf(hub: string, own: Section, fromFile: readonly UpstreamOptions[]): readonly UpstreamOptions[] {
  if (own.upstream.length > 0) return own.upstream.map(({ url, wants }) => ({ url, ...own.wants, ...wants }));
  const [flag] = Object.keys(own.wants);
  if (flag !== undefined && fromFile.length === 0) {
    throw new Error(`--${dashed(flag)} for the hub ${hub} has no --upstream to go with`);
  }
  return fromFile.map((options) => ({ ...options, ...own.wants }));
}

const merged = (first: Section, second: HubSection): HubSection => ({
  name: second.name,
  wants: { ...first.wants, ...second.wants },
  upstream: [...first.upstream, ...second.upstream],
});

const dashed = (name = ""): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The emulator's own rules, at once, so that commander names the flag. */
function checked<Options extends Partial<UpstreamOptions>>(options: Options): Options {
  try {
    new UpstreamRoute({ url: "http://localhost", ...options });
    return options;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
