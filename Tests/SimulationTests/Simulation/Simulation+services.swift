import Contracts

@testable import Outbox
@testable import Saga

extension Simulation {
    func service(_ site: Site) -> any Service {
        switch site {
        case .payment: payment
        case .ledger: ledger
        case .billing: billing
        }
    }

    func isDown(_ site: Site) -> Bool { downUntil[site.rawValue] > schedule.now }

    /// Runs a transaction, in which the process may crash before or after its commit.
    @discardableResult
    mutating func transact(_ site: Site, _ body: () throws -> Void) throws -> Ending {
        payment.now = schedule.now
        let service = service(site)
        do {
            try body()
        } catch {
            service.rollBack()
            throw error
        }
        if chance.happens(faults.crashBeforeCommit) {
            if case .tornTransaction = flaw { service.tables.barrier.commit() }
            service.rollBack()
            crash(site, "before")
            return .crashedBefore
        }
        service.commit()
        for (saga, time) in payment.takeAlarms() {
            schedule.plan(.wake(saga), in: time - schedule.now)
        }
        planRelay(site)
        guard chance.happens(faults.crashAfterCommit) else { return .committed }
        crash(site, "after")
        return .crashedAfter
    }

    private mutating func crash(_ site: Site, _ when: String) {
        note("\(site) crashes \(when) its commit")
        tally.crashes += 1
        stop(site, for: chance.milliseconds(200...3000))
    }

    mutating func stop(_ site: Site, for milliseconds: Int64) {
        downUntil[site.rawValue] = max(downUntil[site.rawValue], schedule.now + milliseconds)
    }

    // MARK: - Consumers

    mutating func planPoll(_ site: Site, _ partition: Int) {
        guard !isPolling[site.rawValue][partition] else { return }
        isPolling[site.rawValue][partition] = true
        schedule.plan(.poll(site, partition: partition), in: chance.milliseconds(1...15))
    }

    /// Reads a batch, handles it in one transaction, and notes that it is read.
    mutating func poll(_ site: Site, _ partition: Int) throws {
        let up = max(downUntil[site.rawValue], stalledUntil[site.rawValue][partition])
        guard up <= schedule.now else {
            return schedule.plan(.poll(site, partition: partition), in: up - schedule.now)
        }
        isPolling[site.rawValue][partition] = false
        let service = service(site)
        let batch = bus.read(
            service.topic.rawValue, partition, limit: chance.number(1...20))
        guard !batch.isEmpty else { return }
        let told = batch.map { "\(site) reads \(describe($0))" }
        for line in told { note(line) }
        let ending = try transact(site) { try service.receive(batch) }
        tally.messages += batch.count
        if ending == .committed {
            bus.advance(service.topic.rawValue, partition, by: batch.count)
        }
        if bus.hasUnread(service.topic.rawValue, partition) { planPoll(site, partition) }
    }

    func describe(_ envelope: Envelope) -> String {
        guard let address = envelope.saga else { return envelope.type }
        let direction = address.direction == .action ? "" : "undo of "
        let kind = envelope.type.hasSuffix(".reply") ? "the answer to " : ""
        return "\(kind)\(direction)\(address.step) of \(payment.name(address.saga))"
    }

    // MARK: - Relays

    mutating func planRelay(_ site: Site) {
        guard !isRelaying[site.rawValue],
            service(site).tables.outbox.rows.count > relayed[site.rawValue]
        else { return }
        isRelaying[site.rawValue] = true
        schedule.plan(.relay(site), in: chance.milliseconds(1...20))
    }

    /// Publishes what was committed, in the order of the commits.
    mutating func relay(_ site: Site) {
        isRelaying[site.rawValue] = false
        let rows = service(site).tables.outbox.rows
        for envelope in rows[relayed[site.rawValue]...].prefix(chance.number(1...40)) {
            relayed[site.rawValue] += 1
            if chance.happens(faults.messageLost) {
                note("the bus loses \(describe(envelope))")
                tally.lost += 1
                continue
            }
            if chance.happens(faults.messageLate) {
                tally.late += 1
                schedule.plan(.publish(envelope), in: chance.milliseconds(500...20_000))
                continue
            }
            publish(envelope)
            if chance.happens(faults.messageRepeated) {
                tally.repeated += 1
                publish(envelope)
            }
        }
        planRelay(site)
    }

    mutating func publish(_ envelope: Envelope) {
        let partition = bus.publish(envelope)
        for site in Site.allCases where service(site).topic.rawValue == envelope.topic {
            planPoll(site, partition)
        }
    }

    // MARK: - Times that are up

    mutating func wake(_ saga: SagaID) throws {
        guard !isDown(.payment) else {
            return schedule.plan(
                .wake(saga), in: downUntil[Site.payment.rawValue] - schedule.now)
        }
        let ending = try transact(.payment) { [payment] in try payment.wake(saga) }
        if ending == .crashedBefore { schedule.plan(.wake(saga), in: 1000) }
    }

    /// In the order in which they began.
    var sagasThatWaitForPerson: [SagaID] {
        let orders =
            (0..<payment.payments.rows.count).compactMap { payment.payments[$0] }
            + (0..<payment.refunds.rows.count).compactMap { payment.refunds[$0] }
        return orders.map(\.saga).filter { saga in
            payment.paymentSagas.rows[saga]?.live.progress.needsIntervention
                ?? payment.refundSagas.rows[saga]?.live.progress.needsIntervention ?? false
        }
    }
}
