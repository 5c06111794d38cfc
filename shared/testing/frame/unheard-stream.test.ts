import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHearing } from "@lienthong/bus/hear.ts";
import { usualPatience } from "@lienthong/bus/take.ts";
import type { Log } from "@lienthong/telemetry/log.ts";
import { metricsText } from "@lienthong/telemetry/metric.ts";
import { aBusStage, type BusStage, loanStates, log } from "../bus-stage.ts";
import { until } from "../until.ts";

let stage: BusStage;
before(async () => {
  stage = await aBusStage();
});
after(() => stage.close());

const behindSeconds = async () =>
  Number(/^lienthong_heard_behind_seconds{stream="CIRCULATION"} ([\d.]+)/m.exec(await metricsText())?.[1]);

test("a service that cannot hear a stream says so once, and how long it has not; then that it hears again", async (t) => {
  const alarms: { runbook?: string; err?: Error }[] = [];
  const telling = { ...log, error: (line: object) => alarms.push(line) } as unknown as Log;
  const patience = { ...usualPatience, lateSeconds: 2 };
  const hearing = startHearing(stage.hearer.database, stage.hearer.bus, [loanStates], telling, patience);
  t.after(() => hearing.stop());
  const [loan] = await stage.renew();
  await until(
    () => stage.stateOf(loan!.id),
    (state) => state !== undefined,
  );
  // Its owner is switched off: nobody declares it again.
  await stage.silent();
  await stage.owner.bus.manage.streams.delete("CIRCULATION");
  await until(behindSeconds, (seconds) => seconds > 4);
  assert.deepEqual(
    alarms.map(({ runbook }) => runbook),
    ["events-heard-late"],
  );
  assert.match(String(alarms[0]?.err), /stream not found/);

  await stage.owner.stream.attend();
  await until(behindSeconds, (seconds) => seconds < patience.lateSeconds);
  assert.equal(alarms.length, 1);
});
