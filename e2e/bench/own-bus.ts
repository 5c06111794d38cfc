import { aBusStage, type BusStage } from "@lienthong/testing/bus-stage.ts";
import { fetchNats } from "../../deploy/fetch/nats.ts";
import { readPlaces } from "../../deploy/run/places.ts";
import type { BenchPlatform } from "./platform.ts";

/**
 * An owner and a hearer with databases on the platform's server and a bus of their own, which writes to the disk before it
 * acknowledges, as the platform's does.
 */
export async function anOwnBus(platform: () => Promise<BenchPlatform>): Promise<BusStage> {
  await platform();
  process.env.NATS_SERVER ??= await fetchNats(readPlaces());
  return aBusStage();
}
