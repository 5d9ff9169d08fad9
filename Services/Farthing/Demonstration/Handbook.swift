import LocalStack

/// What one can do with the stack that now runs: where it is, a token, lines to paste.
struct Handbook {
    private let environment: StackEnvironment
    private let people: Cast.People
    private let folder: StackFolder
    private let terminal: Terminal

    init(
        _ environment: StackEnvironment, _ people: Cast.People, _ folder: StackFolder,
        _ terminal: Terminal
    ) {
        self.environment = environment
        self.people = people
        self.folder = folder
        self.terminal = terminal
    }

    func show() {
        terminal.title("Where it is")
        let places = [
            ("payment", environment.paymentURL), ("billing", environment.billingURL),
            ("ledger", environment.ledgerURL), ("Kafka", environment.kafka),
            ("logs", "\(folder.path)/log"),
        ]
        for (name, place) in places { terminal.line("  " + name.column(10) + place) }

        terminal.title("A token of tenant demo, good for 30 days")
        terminal.line("  " + environment.token)

        terminal.title("Try it: paste this into a shell")
        terminal.line(lines)
    }

    private var lines: String {
        """
        . \(folder.environmentFile)

        curl -sS "$FARTHING_PAYMENT_URL/v1/payments" -H "Authorization: Bearer $FARTHING_TOKEN" \\
          -H "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" -H "Prefer: wait=5" \\
          -d '{"amount": 250, "currency": "USD", "source": "\(people.alice.account)", \
        "destination": "\(people.bob.account)"}'

        curl -sS "$FARTHING_LEDGER_URL/v1/accounts/\(people.bob.account)" \\
          -H "Authorization: Bearer $FARTHING_TOKEN"

        curl -sS "$FARTHING_LEDGER_URL/v1/trial-balance" -H "Authorization: Bearer $FARTHING_TOKEN"
        """
    }
}
