import { historyOf } from "../../support/history.js";
import { VirtualClients } from "../../support/virtual-clients.js";

describe("A connection that is opened, lost and recovered", () => {
  it("is told in order: connecting, connected, then who it is", () => {
    const service = new VirtualClients();
    const client = service.client();
    const history = historyOf(client, service.scheduler);
    void client.start();
    service.settle();
    expect(history.lines).toEqual([
      "0 state$ stopped initial",
      "0 state$ connecting 1",
      "0 state$ connected A",
      "0 connected$ A",
    ]);
  });
});
