extension Simulation {
    /// Once a second, for as long as the storm lasts.
    mutating func weather() throws {
        guard schedule.now < Self.storm else { return }
        schedule.plan(.weather, in: 1000)
        guard chance.happens(faults.weather) else { return }
        let site = Site.allCases[chance.number(0...2)]
        let wallet = chance.number(0...wallets.count - 1)
        tally.weather += 1
        switch chance.number(0...9) {
        case 0, 1:
            note("\(site) is down")
            stop(site, for: chance.milliseconds(500...20_000))
        case 2:
            note("the broker loses everything")
            bus.loseEverything()
        case 3, 4:
            let rows = min(relayed[site.rawValue], chance.number(1...200))
            note("the relay of \(site) begins again, \(rows) rows earlier")
            relayed[site.rawValue] -= rows
            planRelay(site)
        case 5, 6:
            let partition = chance.number(0...Bus.partitions - 1)
            note("partition \(partition) of \(site) stands still")
            stalledUntil[site.rawValue][partition] =
                schedule.now + chance.milliseconds(1000...20_000)
        case 7, 8:
            note("wallet \(wallet) is frozen")
            try ledger.setFrozen(true, wallets[wallet])
            schedule.plan(.thaw(wallet: wallet), in: chance.milliseconds(500...10_000))
        default:
            note("the payer of wallet \(wallet) is suspended")
            billing.suspend(true, payerOf: wallets[wallet])
            schedule.plan(.reactivate(wallet: wallet), in: chance.milliseconds(500...10_000))
        }
    }
}
