import { z } from "zod";
import { SettingsError } from "./settings.ts";

/** The named points at which a test may kill a service: where in the code each stands, and between what. */
export const faultPoints = {
  K1: { at: "shared/rpc/call.ts", between: "a command's BEGIN and its work" },
  K2: { at: "shared/database/outbox.ts", between: "the domain's rows and the outbox's" },
  K3: { at: "shared/rpc/call.ts", between: "the first answer's row and COMMIT" },
  K4: { at: "shared/rpc/call.ts", between: "COMMIT and the reply" },
  K5: { at: "shared/bus/relay-batch.ts", between: "the bus's acknowledgement and the archive" },
  K6: { at: "shared/bus/apply.ts", between: "the inbox's rows and the effects" },
  K7: { at: "shared/bus/take.ts", between: "the inbox's COMMIT and the acknowledgement" },
  K10: { at: "services/catalogue/search/index-some.ts", between: "the index's documents and the queue's rows" },
} as const;

export type FaultPoint = keyof typeof faultPoints;

const point = /^(K\d+):([1-9]\d{0,5})$/;

export const faultSettings = {
  FAULT: z
    .string()
    .refine((given) => Object.hasOwn(faultPoints, point.exec(given)?.[1] ?? ""), "expected: K4:3, a point and a count")
    .optional()
    .describe("kills the process when it passes a named point the nth time, as K4:3; for fault tests alone"),
  FAULT_WORLD: z.string().optional().describe("the folder of the fault test's own world; without it FAULT is refused"),
};

let armed: { point: string; passesLeft: number } | undefined;

/**
 * Arms the point that FAULT names, if any.
 * @throws SettingsError where FAULT is set outside a fault test: a platform that serves people must not kill itself
 */
export function armFault(settings: { FAULT?: string | undefined; FAULT_WORLD?: string | undefined }): void {
  if (settings.FAULT === undefined) return;
  if (settings.FAULT_WORLD === undefined) {
    throw new SettingsError([`FAULT: is "${settings.FAULT}"; it kills this process and is taken in fault tests alone`]);
  }
  const [, name = "", passes] = point.exec(settings.FAULT) ?? [];
  armed = { point: name, passesLeft: Number(passes) };
}

/** Kills this process as a power cut would, if this is the point and the time that FAULT names. */
export function faultPoint(name: FaultPoint): void {
  if (armed?.point !== name) return;
  armed.passesLeft -= 1;
  if (armed.passesLeft === 0) process.kill(process.pid, "SIGKILL");
}
