import type { WebPubSubServiceClient } from "@azure/web-pubsub";
import { Router, type Request, type Response } from "express";
import { toPlace, type Place } from "../shared/place.js";
import type { Archive } from "./archive.js";

/**
 * `GET /negotiate?user=ann&room=lobby`: a client access URL, for one user and one room. The user is whoever the page says;
 * your server knows better who is asking.
 */
export const negotiateRoute = (service: WebPubSubServiceClient, archive: Archive): Router =>
  Router().get("/negotiate", async (request, response) => {
    const place = placeOf(request, response);
    if (!place) return;
    const { user: userId, room } = place;
    await archive.keep(room);
    const { url } = await service.getClientAccessToken({
      userId,
      roles: [`webpubsub.joinLeaveGroup.${room}`, `webpubsub.sendToGroup.${room}`],
    });
    response.set("cache-control", "no-store").type("text").send(url);
  });

function placeOf({ query }: Request, response: Response): Place | undefined {
  try {
    return toPlace(query);
  } catch (error) {
    response.status(400).type("text").send(String(error));
    return undefined;
  }
}
