/// The codes of a part of the system, all of them: what clients tell its refusals apart by.
///
/// People find them in `deploy/errors.md`, programs in the OpenAPI documents; tests hold the three to
/// each other.
public protocol ProblemCode: CaseIterable, Sendable {
    /// Stable and machine-readable: `insufficient-funds`.
    var rawValue: String { get }
}

/// The codes that every service answers with by itself.
public enum HostCode: String, ProblemCode {
    case badRequest = "bad-request"
    case malformedRequest = "malformed-request"
    case malformedJSON = "malformed-json"
    case invalidField = "invalid-field"
    case unknownField = "unknown-field"
    case invalidAmount = "invalid-amount"
    case invalidParameter = "invalid-parameter"
    case unknownParameter = "unknown-parameter"
    case idempotencyKeyMissing = "idempotency-key-missing"
    case idempotencyKeyInvalid = "idempotency-key-invalid"
    case idempotencyKeyReused = "idempotency-key-reused"
    case idempotencyInProgress = "idempotency-in-progress"
    case unauthenticated
    case tokenKeysUnavailable = "token-keys-unavailable"
    case insufficientScope = "insufficient-scope"
    case notFound = "not-found"
    case unknownRoute = "unknown-route"
    case methodNotAllowed = "method-not-allowed"
    case contentTooLarge = "content-too-large"
    case internalError = "internal-error"
    case busy
    case overloaded
    case databaseUnavailable = "database-unavailable"
    case outcomeUnknown = "outcome-unknown"
    case clockBehind = "clock-behind"
    case shuttingDown = "shutting-down"
    case notReady = "not-ready"
    case deadLetterUnknown = "dead-letter-unknown"
    case deadLetterResolved = "dead-letter-resolved"
    case deadLetterOutOfOrder = "dead-letter-out-of-order"
    case deadLetterUndecodable = "dead-letter-undecodable"
    case replayFailed = "replay-failed"
    case nothingSealed = "nothing-sealed"
}
