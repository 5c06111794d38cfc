export const two = "a service that another reaches into";
