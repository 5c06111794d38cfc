import { formats } from "./formats.ts";
import { enReader } from "./en-reader.ts";
import { enStaff } from "./en-staff.ts";
import { refusalsEn } from "./refusals-en.ts";
import type { Texts } from "./vi.ts";

const f = formats("en");

/** Every sentence of the pages in English. Titles of works are never translated. */
export const en: Texts = {
  language: "en",
  to: (path) => (path === "/" ? "/en" : `/en${path}`),
  other: { path: (path) => path, label: "VI", name: "Bản tiếng Việt", lang: "vi" },
  format: f,
  refusals: refusalsEn,
  site: "Liên Thông",
  skip: "Skip to main content",
  theme: "Switch between light and dark",
  nav: {
    main: "Main",
    quick: "Quick",
    home: "Home",
    find: "Find",
    findBooks: "Find books",
    mine: "My books",
    signIn: "Sign in",
    signOut: "Sign out",
    account: (name) => `Account of ${name}`,
    desk: "Desk",
    staffWork: "Library work",
    back: "Back",
    next: "Next page",
    first: "First page",
  },
  footer: "Liên Thông makes the country's libraries one.",
  ...enReader,
  ...enStaff,
  problems: {
    summary: (count) => (count === 1 ? "There is 1 thing to correct" : `There are ${count} things to correct`),
    errorTitle: (title) => `Error: ${title}`,
    signInDown: "Signing in is not possible now: the identity service is interrupted",
    signInDownText: "You can still search and look at books. Try to sign in again in a few minutes.",
    signInBroken: "This sign-in can no longer be used",
    signInBrokenText: "Perhaps two sign-ins were open at once, or more than 10 minutes passed. Just sign in again.",
    signedOutElsewhere:
      "Signed out. The session at the identity service could not be closed because that service is interrupted; it ends by itself in a few minutes.",
    needSignIn: "Your session has just ended",
    needSignInText: "What you filled in is still here. Sign in again, then send.",
    notAllowed: "You may not see this page yet",
    notAllowedText: (role) => `This page is for ${role}. Ask the manager of your library for access.`,
    audiences: {
      desk: "librarians at the desk",
      cataloguer: "cataloguers",
      manager: "managers of policies",
      patron: "signed-in readers",
    },
    notFound: "There is no such page",
    notFoundText: "The address may be mistyped, or the page has moved.",
    otherSite: "The request did not come from this site and was not taken",
    otherSiteText: "Open the page again and repeat it from there.",
    busy: "Too many people are asking at once",
    busyText: "Nothing has changed. Try again in a few seconds.",
    unavailable: "Not done: a part of Liên Thông is interrupted",
    unavailableText: "Nothing is lost. Try again in a few minutes.",
    fault: "Not done: the fault is on our side",
    faultText: (code) => `Nothing is lost. Reference: ${code}`,
    badRequest: "A part of the request is missing or wrong",
    badRequestText: "Open the page again and repeat it from there.",
    tooMany: "Too many requests at once",
    tooManyText: "Wait a minute, then try again.",
    sentLater: "Offline: not sent. What you filled in is still here; send it again when you are online.",
    refusedUnknown: "The request was not taken.",
    home: "To the home page",
  },
};
