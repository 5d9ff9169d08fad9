import Contracts
import Money

@testable import Outbox

/// The whole system in one thread and in virtual time: three services with their databases, a
/// relay each, a bus, clients, and everything that can go wrong, by a seed.
///
/// The same seed is the same story, to the last line of its trace.
struct Simulation {
    /// A bug to be found.
    enum Flaw {
        /// The barrier does not write such outcomes.
        case forgets(Barrier.Answer.Outcome)
        /// The barrier commits before the rest of its transaction.
        case tornTransaction
    }

    enum Site: Int, CaseIterable { case payment, ledger, billing }

    enum Event {
        case request(Request)
        case relay(Site)
        case publish(Envelope)
        case poll(Site, partition: Int)
        case wake(SagaID)
        case weather
        case calm
        case thaw(wallet: Int)
        case reactivate(wallet: Int)
    }

    /// How a transaction ended, if its process lived.
    enum Ending { case committed, crashedBefore, crashedAfter }

    struct UnknownCurrency: Error {}

    let seed: UInt64
    let flaw: Flaw?
    var chance: Chance
    var faults = Faults()
    var schedule = Schedule<Event>()
    var bus = Bus()
    var trace = Trace()
    var tally = Tally()
    var violations: [String] = []

    let payment: PaymentService
    let ledger: LedgerService
    let billing: BillingService
    let wallets: [AccountID]
    let currency: Currency

    /// Up to where each outbox is published, and when each process is up again.
    var relayed = [0, 0, 0]
    var downUntil: [Int64] = [0, 0, 0]
    var stalledUntil = Array(repeating: Array(repeating: Int64(0), count: Bus.partitions), count: 3)
    var isRelaying = [false, false, false]
    var isPolling = Array(repeating: Array(repeating: false, count: Bus.partitions), count: 3)

    init(seed: UInt64, payments: Int = 1000, flaw: Flaw? = nil) throws {
        guard let currency = Currency("USD") else { throw UnknownCurrency() }
        self.seed = seed
        self.flaw = flaw
        self.currency = currency
        chance = Chance(seed)
        var forgotten: Set<Barrier.Answer.Outcome> = []
        if case .forgets(let outcome) = flaw { forgotten = [outcome] }
        payment = PaymentService(seed: seed)
        ledger = LedgerService(currency, forgets: forgotten)
        billing = BillingService(currency, forgets: forgotten)
        wallets = try (0..<12).map { [ledger] _ in
            try ledger.openWallet(holding: Money(60_000, currency))
        }
        for (number, wallet) in wallets.enumerated() where number % 2 == 0 {
            billing.register(
                payerOf: wallet, isSuspended: false, creditLimit: number % 4 == 0 ? 40_000 : nil)
        }
        planClients(payments)
        schedule.plan(.weather, in: 1000)
        schedule.plan(.calm, in: Self.storm)
    }

    /// How long things go wrong, and how long it may take to get over it: virtual milliseconds.
    static let storm: Int64 = 120_000
    private static let patience: Int64 = 12 * 3_600_000

    /// Runs to the end of everything and looks at what is left.
    mutating func run() throws -> Report {
        try runUntilQuiet()
        // People send on what waits for them, as often as it takes.
        for _ in 0..<5 {
            let waiting = sagasThatWaitForPerson
            if waiting.isEmpty { break }
            tally.interventions += waiting.count
            for saga in waiting {
                note("a person sends on \(payment.name(saga))")
                try transact(.payment) { [payment] in try payment.resume(saga) }
            }
            try runUntilQuiet()
        }
        audit()
        return Report(
            seed: seed, hash: trace.hash, trace: trace.lines, duration: schedule.now,
            tally: tally, violations: violations.map { "\($0)\n\(trace.story(of: subject($0)))" })
    }

    private mutating func runUntilQuiet() throws {
        while let event = schedule.next() {
            guard schedule.now < Self.patience else {
                violations.append("it never comes to rest")
                return
            }
            do {
                try handle(event)
            } catch {
                violations.append("a message cannot be handled: \(error)")
                return
            }
        }
    }

    private mutating func handle(_ event: Event) throws {
        switch event {
        case .request(let request): try handle(request)
        case .relay(let site): relay(site)
        case .publish(let envelope): publish(envelope)
        case .poll(let site, let partition): try poll(site, partition)
        case .wake(let saga): try wake(saga)
        case .weather: try weather()
        case .calm:
            note("the weather is calm")
            faults = .none
        case .thaw(let wallet):
            note("wallet \(wallet) thaws")
            try ledger.setFrozen(false, wallets[wallet])
        case .reactivate(let wallet):
            note("the payer of wallet \(wallet) is reactivated")
            billing.suspend(false, payerOf: wallets[wallet])
        }
    }

    mutating func note(_ line: String) { trace.note(line, at: schedule.now) }

    /// `payment 17` of `payment 17: …`.
    private func subject(_ violation: String) -> String {
        String(violation.prefix { $0 != ":" })
    }
}
