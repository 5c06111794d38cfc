export const start = "not for services";
