/// Something that must not happen, whatever is done to the system.
struct Violation: Codable, Equatable, Sendable, CustomStringConvertible {
    enum Kind: String, Codable, CaseIterable, Sendable {
        /// An outbox row that never came out.
        case lost
        /// An event that came out before one of its key that was committed earlier.
        case outOfOrder = "out-of-order"
        /// An event that came out and is in no outbox.
        case phantom
        /// One request, two payments or refunds.
        case doneTwice = "done-twice"
        /// Acknowledged, and not there.
        case forgotten
        /// There, and not as it was asked for, or refused and there all the same.
        case altered
        /// Ended otherwise than it should have, or refused for no reason.
        case wrongEnd = "wrong-end"
        /// A saga or a payment that has not ended.
        case unended
        /// A saga that waits for a person.
        case intervention
        /// A message that nobody could handle.
        case deadLetter = "dead-letter"
        /// More was given back than was paid, or not what was asked.
        case refundedTooMuch = "refunded-too-much"
        /// A balance that is not what the client works out.
        case balance
        /// The system did not come back after a fault.
        case notRecovered = "not-recovered"
        /// What the verifier found.
        case books
        /// Something could not be looked at, so nothing can be said of it.
        case unseen
    }

    let kind: Kind
    /// Whom it is about.
    let subject: String
    let what: String

    init(_ kind: Kind, _ subject: String, _ what: String) {
        self.kind = kind
        self.subject = subject
        self.what = what
    }

    var description: String { "\(kind.rawValue): \(subject) \(what)" }
}
