import type { Evidence } from "./evidence.ts";

/** Something that always holds, whatever was killed, cut off or sent twice, and how it is found broken. */
export type Invariant = {
  /** Its number among the promises of this platform. */
  id: `I${number}`;
  /** What holds, in a sentence for an operator. */
  promises: string;
  /**
   * What breaks it, one name for each place, as they are found. What is still under way is no violation: it is looked at
   * only once it is older than the evidence's bound.
   */
  violations(evidence: Evidence): AsyncIterable<string>;
  /** What is missing to check it here, in words; undefined when nothing is. */
  lacks?(evidence: Evidence): string | undefined;
};

/** What became of one invariant. */
export type Finding = {
  id: Invariant["id"];
  promises: string;
  /** How many places break it. */
  count: number;
  /** The first of them. */
  first: string[];
  /** Why it could not be asked at all: then it is neither held nor broken. */
  notAsked?: string;
};
