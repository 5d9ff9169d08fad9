import Contracts

/// What a saga moved: minor units per account, credits less debits. Accounts that it left as they
/// were are not in it.
struct Movement: Equatable, CustomStringConvertible {
    private let moved: [AccountID: Int64]

    init(_ parts: [(account: AccountID, amount: Int64)]) {
        moved = parts.reduce(into: [:]) { $0[$1.account, default: 0] += $1.amount }
            .filter { $0.value != 0 }
    }

    init(by lines: [SagaFacts.Line]) {
        self.init(lines.map { ($0.account, $0.side == "debit" ? -$0.amount : $0.amount) })
    }

    var description: String {
        let lines = moved.map { "\($0.value) to \($0.key)" }.sorted()
        return lines.isEmpty ? "nothing" : lines.joined(separator: ", ")
    }
}

extension SagaFacts {
    /// The operator's account of that role, as the lines show it. One that is missing there is an
    /// id that no line has, so that what should have moved on it shows.
    func account(of role: String) -> AccountID {
        lines.first { $0.role == role }?.account ?? AccountID()
    }
}
