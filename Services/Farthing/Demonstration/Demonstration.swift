import FoundationEssentials
import LocalStack

/// Shows money move on a running stack: opens accounts, makes payments that end in each of the
/// ways in which a payment can end, and has the books verified.
struct Demonstration: Sendable {
    let cast: Cast
    let payments: APIClient
    let billing: APIClient
    let terminal: Terminal
    private let environment: StackEnvironment

    init(_ environment: StackEnvironment, _ terminal: Terminal) throws {
        self.environment = environment
        self.terminal = terminal
        payments = APIClient(baseURL: environment.paymentURL, token: environment.token)
        billing = APIClient(baseURL: environment.billingURL, token: environment.token)
        cast = Cast(
            ledger: APIClient(baseURL: environment.ledgerURL, token: environment.token),
            billing: billing)
    }

    /// Plays it all. `content` tells whether each payment ended as it should and the verifier
    /// found nothing. Throws what keeps a request from being answered.
    func run() async throws -> (people: Cast.People, content: Bool) {
        terminal.title("Accounts")
        let people = try await cast.assemble { terminal.line("  " + $0) }

        terminal.title("Warming up, while the services join the bus")
        try await warmUp(people)

        let scenes = [
            Scene(
                title: "Alice pays Bob 10.50 USD",
                payer: people.alice, payee: people.bob, amount: 1050, end: .succeeded),
            Scene(
                title: "Carol, who is suspended, pays Bob 20.00 USD",
                payer: people.carol, payee: people.bob, amount: 2000,
                end: .failed(step: "open-invoice")),
            Scene(
                title: "Alice pays Bob 5000.00 USD, which she does not have",
                payer: people.alice, payee: people.bob, amount: 500_000,
                end: .failed(step: "place-hold")),
        ]
        var content = true
        var paid: [JSON] = []
        for scene in scenes {
            terminal.title(scene.title)
            let (payment, asExpected) = try await play(scene)
            content = content && asExpected
            if scene.end == .succeeded { paid.append(payment) }
        }
        for payment in paid {
            terminal.title("Bob gives it back: a refund, its fee and tax with it")
            let asExpected = try await refund(payment)
            content = content && asExpected
        }
        terminal.title("Twenty more, each awaited with Prefer: wait=5")
        try await measure(people)

        terminal.title("Verifying the books")
        let correct = try await verify()
        return (people, content && correct)
    }

    private func verify() async throws -> Bool {
        let verifier = Verifier(
            Verifier.Databases(
                payment: environment.paymentDatabase, billing: environment.billingDatabase,
                ledger: environment.ledgerDatabase))
        _ = try await verifier.waitUntilQuiet(upTo: .seconds(30))
        let seals = StackSeals(environment, binaries: StackOptions.ownDirectory)
        let findings = try await verifier.verify().adding(try await seals.findings())
        for line in findings.description.split(separator: "\n") {
            terminal.line("  " + (findings.isEmpty ? terminal.good("\(line)") : "\(line)"))
        }
        return findings.isEmpty
    }
}
