/// Transfers of 1.00 EUR between accounts that a `Chooser` names.
struct TransferLoad: Sendable {
    private let tested: TestedStack
    private let accounts: [String]
    private let chooser: Chooser

    init(_ tested: TestedStack, _ accounts: [String], _ chooser: Chooser) {
        self.tested = tested
        self.accounts = accounts
        self.chooser = chooser
    }

    var count: Int { accounts.count }

    /// One transfer a request.
    func singles(_ connections: Int) throws -> Load {
        try load("/v1/transfers", connections) { transfer($0) }
    }

    /// `size` transfers a request, each for itself; `answer` as the ledger's batches have it.
    func batches(_ connections: Int, of size: Int, answer: String) throws -> Load {
        try load("/v1/transfers/batch", connections) { number in
            let transfers = (number * size..<(number + 1) * size).map(transfer).joined(
                separator: ",")
            return #"{"mode":"each","answer":"\#(answer)","transfers":[\#(transfers)]}"#
        }
    }

    private func load(
        _ path: String, _ connections: Int, body: @escaping @Sendable (Int) -> String
    ) throws -> Load {
        let url = tested.environment.ledgerURL
        let request = tested.post(url, path)
        let run = UInt32.random(in: 0...UInt32.max)
        return Load(target: try Target(url), connections: connections) { number, buffer in
            request.write("transfer-\(run)-\(number)", body(number), to: &buffer)
        }
    }

    @Sendable private func transfer(_ number: Int) -> String {
        let (from, to) = chooser.pair(number)
        return """
            {"currency":"EUR","entries":[\
            {"account":"\(accounts[from])","side":"debit","amount":100},\
            {"account":"\(accounts[to])","side":"credit","amount":100}]}
            """
    }
}
