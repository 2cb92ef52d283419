import { Observable } from "rxjs";
import { GroupRecord, type Joined } from "./group-record.js";

/** What is known of groups, for as long as there is anything to know. */
export class GroupRecords {
  /** Made for the first. */
  #records: Map<string, GroupRecord> | undefined;
  #isDisposed = false;

  [Symbol.iterator](): Iterator<GroupRecord> {
    return this.#records?.values() ?? [].values();
  }

  get(group: string): GroupRecord | undefined {
    return this.#records?.get(group);
  }

  /** The record of a group, made for those who then want or watch it. */
  of(group: string): GroupRecord {
    let record = this.#records?.get(group);
    if (record === undefined) (this.#records ??= new Map()).set(group, (record = new GroupRecord(group)));
    return record;
  }

  /** Whether and where a group is joined. Replays; completes once this is disposed of. */
  joined(group: string): Observable<Joined | null> {
    return new Observable((subscriber) => {
      if (this.#isDisposed) {
        subscriber.complete();
        return undefined;
      }
      const record = this.of(group);
      record.watchers++;
      subscriber.add(() => this.unwatch(record));
      return record.joined$.subscribe(subscriber);
    });
  }

  /** Completes what replays. */
  dispose(): void {
    this.#isDisposed = true;
    for (const record of this) record.complete();
  }

  unwatch(record: GroupRecord): void {
    record.watchers--;
    this.forget(record);
  }

  /** Drops a record that nobody needs any more. */
  forget(record: GroupRecord): void {
    // Who wants it next joins it anew.
    if (!record.isWanted && record.joinedOn === undefined) record.wasJoined = false;
    if (record.isIdle && this.#records?.get(record.name) === record) this.#records.delete(record.name);
  }
}
