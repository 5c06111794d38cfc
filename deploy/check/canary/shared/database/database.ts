export const database = "not for rooms";
