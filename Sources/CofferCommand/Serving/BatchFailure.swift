/// Why a batch was not done, and which of its requests that is about.
internal struct BatchFailure: Error {
    /// The place of the request, from 0.
    internal let index: Int
    /// Why it could not be done.
    internal let failure: Failure
}
