// What the small program gives back, in every runtime.
export const expected = {
  ids: true,
  error: { name: "ArgumentError", message: "Odd.", code: "odd", retryable: false, real: true },
};
