internal import CofferBundles
internal import CofferCare
internal import CofferFormat
internal import CofferKeys

extension Bundles {
    /// A chain that is whole, and the plan that takes it.
    internal struct Settled {
        /// The plan, with what was passed over.
        let plan: RestorePlan
        /// The chain.
        let chain: VerifiedChain
    }

    /// A chain that was not taken, by its newest bundle.
    private struct Passed {
        let bundle: BundleReader
        let reason: String
    }

    /// Takes the first chain that is whole, signed and opened by a key; those before it are passed
    /// over, and so is what this machine doubts.
    ///
    /// - Parameters:
    ///   - isTrial: Whether what is damaged or not signed is an error, and is not passed over: a
    ///     trial of what is not the newest would say that all is well.
    ///   - path: Where a vault may be that knows better than this machine; nil for nowhere.
    /// - Throws: As ``settle(_:isTrial:doubting:_:)``.
    internal func settle(
        _ plan: RestorePlan, with key: borrowing Key, isTrial: Bool = false,
        inPlaceOf path: String? = nil
    ) throws -> Settled {
        let trials = SlotTrials()
        var asking = self
        if let path, let other = witness(at: path) ?? witness(at: path, key, of: plan) {
            asking.witnesses.append(other)
        }
        return try settle(plan, isTrial: isTrial, doubting: asking.doubt(of: plan.chain[0])) {
            try trust($0, key, trials)
        }
    }

    /// Takes the first chain that is whole and signed; those before it are passed over.
    ///
    /// A bundle that was found to be bad is not read again for what continues it.
    ///
    /// - Parameters:
    ///   - doubt: Of which chains one is taken only where there is no other.
    ///   - trust: Opens the newest bundle of a chain.
    /// - Throws: What is wrong with the newest where no other chain is better;
    ///   `KeysError.wrongSecret` where none of those that are not doubted opens, because somebody
    ///   else's do not, either.
    internal func settle(
        _ plan: RestorePlan, isTrial: Bool = false, doubting doubt: BundleDoubt? = nil,
        _ trust: (BundleReader) throws -> BundleTrust
    ) throws -> Settled {
        let (sure, doubtful) = plan.chains { doubt?.doubtful(in: $0) ?? [] }
        var passed =
            sure.isEmpty ? [] : doubtful.map { Passed(bundle: $0[0], reason: Self.doubtful) }
        var bad: [String: String] = [:]
        var failure: BackupError?
        var refusal: KeysError?
        var isOpened = false
        for (place, chain) in (sure + doubtful).enumerated() {
            // A password of before opens what somebody else has made, too.
            if place == sure.count, let refusal, !isOpened { throw refusal }
            if let other = chain.dropFirst().first(where: { bad[$0.path] != nil }) {
                passed.append(Passed(bundle: chain[0], reason: "it continues \(other.path)"))
                continue
            }
            do {
                let verified = try VerifiedChain(chain) { bundle in
                    let opened = try trust(bundle)
                    isOpened = true
                    return opened
                }
                passed.removeAll { one in chain.contains { $0.path == one.bundle.path } }
                return try settled(plan, chain, verified, passed, isTrial, doubt, trust)
            } catch let error as KeysError {
                refusal = refusal ?? error
                passed.append(Passed(bundle: chain[0], reason: try Self.reason(error)))
            } catch let error as BackupError {
                let (path, reason) = try Self.reason(error)
                guard !isTrial else { throw error }
                failure = failure ?? error
                bad[path] = reason
                let isOther = path != chain[0].path
                passed.append(
                    Passed(bundle: chain[0], reason: isOther ? "\(path): \(reason)" : reason))
            }
        }
        if let refusal, !isOpened { throw refusal }
        throw failure ?? .noBundle(path: plan.chain[0].path)
    }

    /// Puts together what a chain that is taken leaves behind.
    private func settled(
        _ plan: RestorePlan, _ chain: [BundleReader], _ verified: VerifiedChain,
        _ passed: [Passed], _ isTrial: Bool, _ doubt: BundleDoubt?,
        _ trust: (BundleReader) throws -> BundleTrust
    ) throws -> Settled {
        let tried = Set(passed.map(\.bundle.path))
        var told: [(path: String, reason: String)] = []
        for one in plan.passedOver(by: verified) where !tried.contains(one.path) {
            let bundle = plan.others.first { $0[0].path == one.path }?[0]
            if let bundle, let reason = try refusal(of: bundle, trust) {
                told.append((one.path, reason))
                continue
            }
            guard !isTrial else { throw BackupError.damaged(path: one.path, reason: one.reason) }
            told.append(one)
        }
        // What is older than the chain that is taken is not missing.
        told += passed.filter { verified.isOlder(than: $0.bundle) }.map {
            ($0.bundle.path, $0.reason)
        }
        var taken = RestorePlan(plan, taking: chain, passedOver: told)
        taken.doubtful = (doubt?.doubtful(in: chain) ?? []).map(\.path)
        return Settled(plan: taken, chain: verified)
    }

    /// Why a bundle does not open; nil where it does, or is damaged.
    private func refusal(
        of bundle: BundleReader, _ trust: (BundleReader) throws -> BundleTrust
    ) throws -> String? {
        do { _ = try trust(bundle) } catch let error as KeysError {
            return try? Self.reason(error)
        } catch is BundleError { return nil }
        return nil
    }

    /// What keeps a bundle from being opened with what was given.
    ///
    /// - Throws: The error, where it says nothing of the bundle.
    private static func reason(_ error: KeysError) throws -> String {
        switch error {
        case .wrongSecret: return "what was given does not open it"
        case .refusedLimit(let what): return "refused before any work: \(what)"
        default: throw error
        }
    }

    /// The bundle that is bad, and why.
    ///
    /// - Throws: The error, where it is about no bundle.
    private static func reason(_ error: BackupError) throws -> (path: String, reason: String) {
        switch error {
        case .untrusted(let path): return (path, "it is not signed by the key of this vault")
        case .damaged(let path, let reason): return (path, reason)
        default: throw error
        }
    }
}

extension Bundles.RestorePlan {
    internal init(
        _ chains: [[BundleReader]], _ bundles: BundleChain,
        passedOver: [(path: String, reason: String)], isOfFolder: Bool, until time: Int64? = nil
    ) {
        chain = chains[0]
        others = Array(chains.dropFirst())
        self.bundles = chain.map(\.path)
        newest = Bundles.Facts(chain[0], bundles)
        self.passedOver = passedOver
        self.isOfFolder = isOfFolder
        self.time = time
        isNamed = !isOfFolder || time != nil
        folder = bundles
    }

    internal init(
        _ plan: Bundles.RestorePlan, taking chain: [BundleReader],
        passedOver: [(path: String, reason: String)]
    ) {
        self.init(
            [chain], plan.folder, passedOver: passedOver, isOfFolder: plan.isOfFolder,
            until: plan.time)
    }

    /// The bundles of the folder that look newer than a chain that is verified, and cannot be used.
    internal func passedOver(by chain: VerifiedChain) -> [(path: String, reason: String)] {
        isOfFolder ? chain.passedOver(in: folder, until: time) : []
    }

    /// The chains, in their order, apart from those that hold a bundle of a kind.
    internal func chains(
        apart doubtful: ([BundleReader]) -> [BundleReader]
    ) -> (sure: [[BundleReader]], doubtful: [[BundleReader]]) {
        var found: (sure: [[BundleReader]], doubtful: [[BundleReader]]) = ([], [])
        for chain in [chain] + others {
            if doubtful(chain).isEmpty {
                found.sure.append(chain)
            } else {
                found.doubtful.append(chain)
            }
        }
        return found
    }
}
