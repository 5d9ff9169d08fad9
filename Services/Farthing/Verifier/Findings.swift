/// One thing that is not as it must be.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// The name of the check that found it.
    public let check: String
    /// The number of the invariant in §3 of the design, if it is one of those.
    public let invariant: Int?
    /// Where it was found: `ledger`, or `all` if databases disagree.
    public let database: String
    /// The id of what is wrong.
    public let subject: String
    /// What is wrong with it.
    public let what: String

    init(check: String, invariant: Int?, database: String, subject: String, what: String) {
        self.check = check
        self.invariant = invariant
        self.database = database
        self.subject = subject
        self.what = what
    }

    public var description: String {
        let number = invariant.map { " (invariant \($0))" } ?? ""
        return "\(database): \(check)\(number): \(subject) \(what)"
    }
}

/// What a verification found, and how much it looked at.
public struct Findings: Sendable, CustomStringConvertible {
    public let findings: [Finding]
    /// How many checks were made.
    public let checks: Int
    /// How many payments were compared across the databases.
    public let payments: Int

    public var isEmpty: Bool { findings.isEmpty }

    /// Both together.
    public func adding(_ other: Findings) -> Findings {
        Findings(
            findings: findings + other.findings, checks: checks + other.checks,
            payments: payments + other.payments)
    }

    /// One line per finding, or one that says that there is none.
    public var description: String {
        guard isEmpty else { return findings.map(\.description).joined(separator: "\n") }
        return "Nothing wrong: \(checks) checks, \(payments) payments compared across databases."
    }
}
