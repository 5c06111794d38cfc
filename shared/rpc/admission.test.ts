import assert from "node:assert/strict";
import { test } from "node:test";
import { admission, admissionByOwner } from "./admission.ts";

test("as many as there are places come in at once, the next when one leaves, desks first", async () => {
  const door = admission(2, 5_000);
  const [one, two] = [await door.enter(false), await door.enter(false)];
  const came: string[] = [];
  const reader = door.enter(false).then((leave) => (came.push("reader"), leave));
  const desk = door.enter(true).then((leave) => (came.push("desk"), leave));
  one();
  // Leaving twice gives no second place.
  one();
  const deskLeaves = await desk;
  assert.deepEqual(came, ["desk"]);
  deskLeaves();
  (await reader)();
  assert.deepEqual(came, ["desk", "reader"]);
  two();
});

test("who would have to wait too long is told to come again, and takes no place", async () => {
  const door = admission(1, 10);
  const leave = await door.enter(false);
  await assert.rejects(door.enter(true), { kind: "busy" });
  await assert.rejects(door.enter(false), { kind: "busy" });
  leave();
  (await door.enter(false))();
});

test("one owner takes few of the places, however long they stay, and leaves room for others", async () => {
  const door = admissionByOwner(3, 2, 10);
  const leaves = [await door.enter("one"), await door.enter("one")];
  await assert.rejects(door.enter("one"), { kind: "busy" });
  const other = await door.enter("another");
  await assert.rejects(door.enter("a third"), { kind: "busy" });
  other();
  for (const leave of leaves) leave();
  // Who was turned away has taken nothing, neither their own nor everybody's.
  for (const owner of ["one", "one", "a third"]) await door.enter(owner);
});

test("the line has an end, and whoever comes behind it is told so at once", async () => {
  const door = admission(1, 50);
  const leave = await door.enter(false);
  const asked = await Promise.allSettled(Array.from({ length: 2_000 }, () => door.enter(false)));
  assert.equal(asked.filter(({ status }) => status === "fulfilled").length, 0);
  leave();
  (await door.enter(false))();
});
