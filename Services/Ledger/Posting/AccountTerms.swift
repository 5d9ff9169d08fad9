/// What of an account may change after it was opened, but for its status.
struct AccountTerms: Equatable, Sendable {
    var name: String
    /// How far below zero the available balance may fall, in minor units.
    var overdraftLimit: Int64
    var metadata: [String: String]
}
