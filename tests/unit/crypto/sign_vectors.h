/*
 * What sign_verify accepts and rejects, frozen: key, message, signature. Every rejected vector with a key of small
 * order, an R of small order or a multiple of L on S satisfies the verification equation; those with a torsion part
 * satisfy it times the cofactor.
 */
#ifndef CRYPTO_SIGN_VECTORS_H
#define CRYPTO_SIGN_VECTORS_H

#include <stdbool.h>

static const struct sign_vector {
	const char *name, *key, *message, *signature;
	bool accept;
} sign_vectors[] = {
	{"honest signature",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    true},
	{"one bit of the message flipped",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a5a5246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"one bit of R flipped",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "fd7183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"one bit of S flipped",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edd43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"one bit of the key flipped",
	    "03a107bff3ce10be1d70dd18e74bc09963e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"sign bit of the key flipped",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc866412553138",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"sign bit of R flipped",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f83"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"S + L",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "fbb239ee7403cc03709d1e0f4c931100f7adac28649b42c92868986f90e93c1a",
	    false},
	{"S + 8L",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "767ef2782db94c6c4ce7e38362682a92f7adac28649b42c92868986f90e93c8a",
	    false},
	{"S + 14L",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0476b5a6cb0bbb7c5294b1559a43640ff8adac28649b42c92868986f90e93cea",
	    false},
	{"S = L, all zero otherwise",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "0000000000000000000000000000000000000000000000000000000000000000"
	    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010",
	    false},
	{"all bits zero",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "0000000000000000000000000000000000000000000000000000000000000000"
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    false},
	{"key of order 1",
	    "0100000000000000000000000000000000000000000000000000000000000000",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "5ddb44d01f8a4b48e8f9919159bb0563876210943f180f9ee5b5078d9b53bc68"
	    "0a2ccbb13e8cf963ff0310ae690b90ab7e61fd8068708375f562b7bc2c7a1606",
	    false},
	{"key of order 8",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "215ccf5feaa4b538fe9d74ec1e2ba6660c2578912945c50a299265d0357d372d"
	    "3adde94bdba47513888053810b047dfc84630ca21152751e82f83a12e90d5500",
	    false},
	{"key of order 4",
	    "0000000000000000000000000000000000000000000000000000000000000080",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "1b4c0963d21a72ef5024abebd7eaa469900fc12e35ffdf570cb2fc1ac4000921"
	    "fdcca162b9b4a06b131c1b8b645d7a46235ef75d92a96913c6141634fdfb4501",
	    false},
	{"key of order 8",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "13d93b7fad8edfce7e992c0e63c97c387c03913593319fa2a001b4c1da782c75"
	    "98502f22b74dd14f8eb87ca72c0f6abd49872fcdae313d84f48670fb457f3a0d",
	    false},
	{"key of order 2",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "48c776d288fa8078d1565f467d06a8872e7d7137444ab4c1151fff234bb7329e"
	    "fca333423b7611b1ae39bc86b984475e729c8ced0fb8b48bdad09ec431636c07",
	    false},
	{"key of order 8",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "5eb7572d3897e86b92a16e7c0a31557f7299c8616468fcf0b97cb4cb2128dad1"
	    "d5b202f93661bbd66c524ad126db278f40ef16d80115b72e98f25c5dea35480f",
	    false},
	{"key of order 4",
	    "0000000000000000000000000000000000000000000000000000000000000000",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "987b6895ae8f02e7807016ef7fa43593d035dd0b196f0c8f542ba15aa00a11e8"
	    "e33127051fab31a616ac5432626f0012c42fb5c92d30c58dfc2110438039cc02",
	    false},
	{"key of order 8",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "1e0253a3764e7da239966ac0a60a310bea53891a1455117897b598e6f18b4d02"
	    "3d4a1314c001547cc3b737c1fe2b452466b65502b85ae6dec5ddaf52a694090b",
	    false},
	{"small-order key written otherwise: y = p",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "4408fa89aac8ed71df26650692fc43a222f93b4d9e8e5dc47b112ea95767b2bc"
	    "e86e702ca16d25b5ec3d1e2370df6e0a710d12c331aee1ffd2ddc4328f99c20a",
	    false},
	{"small-order key written otherwise: y = p, sign bit",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "7906d069c9769158cecac3ca6a12839a488653eec1484f61203706dca5d6ece2"
	    "1e0dca10e2d54fc4d62c53d098d3260dda34809ab05257afdc193dc80bed0006",
	    false},
	{"small-order key written otherwise: y = p + 1",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "633ab1e1c126c25d65497c2bbcd035e3ec6e1f5970a5ffcaad42198775d60af6"
	    "bd40ec8023f0bd8f514e3b7b0d235e8f07cfc0654c8b094b0619b5d30cae330a",
	    false},
	{"small-order key written otherwise: y = p + 1, sign bit",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "d8856e7c01fb85f94bc9d56b52fae3f210b30c753947fa9738cd8d956c2c3a9a"
	    "c704c94de81c9799de2cf18ecc7b1df9a3aa24e9782af1fa52c0a982c702da00",
	    false},
	{"small-order key written otherwise: y = 1, sign bit",
	    "0100000000000000000000000000000000000000000000000000000000000080",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "02056635c905ead76963237ed85552eabee786d521eede84c0a824f6174e18df"
	    "b8f265b693ff380ef4a5c5a2e2fce97530026cd636f6932dfa0cb9e8e7be740e",
	    false},
	{"small-order key written otherwise: y = p - 1, sign bit",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f22804c58d56611509f16cdbe116c2868a91486bbb802d0b37ebb932ccdbfead"
	    "a35229b743b66bb6cb909a8300879439622c11d8d1122ed5ad92f5592f7a7802",
	    false},
	{"key of large order with y = p + 3",
	    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"R of large order with y = p + 3",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"key that is no point",
	    "0200000000000000000000000000000000000000000000000000000000000000",
	    "56232dd0c467ef44a585246258c5bf3acc1e126d615d3f9082fdba3f7d06ef96",
	    "f57183fca6b34b0dadd61e573c96ea71cc954c014d5bb4945028a5f08c816f03"
	    "0edf43915aa0b9ab9900276c6d9932ebf6adac28649b42c92868986f90e93c0a",
	    false},
	{"R of order 1",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "4a50fc0f0d12a7bf46fba70cae162ffd6c855de16b7193a97cb43c53e3c1a8bc",
	    "0100000000000000000000000000000000000000000000000000000000000000"
	    "1705200ae00e9855946275e44f0dfecb5e6b5f4564974519173491f073657d04",
	    false},
	{"R of order 8",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "15304a247d6674f88e0a70aa0b406b43613866da12daf237d5a45d3a2b63a04e",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
	    "9698449260efa22f9da8376b1226c092fa39aef73bf8a542148be9cd340d2e05",
	    false},
	{"R of order 4",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "baca3fe9019caa73427763179d083033e13f48e4e22828f4a2c553b097cdb276",
	    "0000000000000000000000000000000000000000000000000000000000000080"
	    "9ea860e13d97693464be6c571ba5dd70401f8c45f674babe0702564f3da07808",
	    false},
	{"R of order 8",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "b55797cccee606cc306e0290b194d727d9c1247a2a6a76871e22d9ab42ebd07e",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
	    "71ebc9afdd3d5d21f6e412173c64ddeb3afe3b02c6f6d5f3d52b467f1bf4b704",
	    false},
	{"R of order 2",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "7ca1cfde2ce680ae314fa483a4dba1d4e12e354acb8837959255a8755a815c66",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
	    "89e2e68f1b5da875397a148fc368f4bdb78f7497d89596f9abb917ef2ecb0f0d",
	    false},
	{"R of order 8",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "e4350b8f78becc4b0b90a78444b5bd65a697e1b00c25d7d0949031c3786f3abc",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"
	    "642cd59e6b5e36a85d0e2987b61f4628ae66fecfafa1da878072ad5cead89704",
	    false},
	{"R of order 4",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "d4318d660cd275976ffe255461c1589d0073a89bd81e3961561c42fbec526a42",
	    "0000000000000000000000000000000000000000000000000000000000000000"
	    "5f0e624afcd3c1b33e1cecf6bfc1678d8e0a6b47ba663b4ae9cbd69e9d992309",
	    false},
	{"R of order 8",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "a23bf3dea0d991679a479fe99e762ec3d6682e9d4c60c5c8fa828d6ba0d69a76",
	    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
	    "d049deab2355ffab845474fdcff5f4677f26d3af62974bfe956ac229b1738c05",
	    false},
	{"small-order R written otherwise: y = p",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "ac6c317e05b58b8d55af32fe6b0afdb1384c3c7898f072439e2d974ed70b0bdb",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
	    "dd97ab32e6f023bb20ff645fd657be9dfbc16d59d487f775a6355df9590f900e",
	    false},
	{"small-order R written otherwise: y = p, sign bit",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "f57d223d2d4888e40131795c1d0670f3205d2d756121d554eb39d73df88cc188",
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "2271bd2c0e5359b6c6b3787e20ef5bfaa77d6a856c8f7db04200b7320e1aa602",
	    false},
	{"small-order R written otherwise: y = p + 1",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "ebb4bacca253016ac7c8b7433c89e8e5512363b6945af959bfc43ce325436d11",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
	    "3d17847059c2b54bcff9bd0eec30b3bd02f0d65f767ef7a9368a519dc583b308",
	    false},
	{"small-order R written otherwise: y = p + 1, sign bit",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "8496866dbc0da0ca0a6271483f59331da5ad50dc654b1cb9700cb0889a9760a8",
	    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	    "9a098bdf4da572cd39c02e94247b2fab345bb86195d7672cb77fbd5df2bff40c",
	    false},
	{"small-order R written otherwise: y = 1, sign bit",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "ed37a28cec9586f67aa157a68c2205a7bdeda86629ac60b6b00c644db9cd526b",
	    "0100000000000000000000000000000000000000000000000000000000000080"
	    "fe9b8e39db3d2d953a663138835f3575d5f935f4f3b350abd15f284fcf24400f",
	    false},
	{"key with a torsion part, where it does not cancel",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "b5ff276d39da2391b925be42a152f5f44f885252a914dfb7344045d4cec6857e",
	    "7a684c002c1fb1ee7d8fd5b5a12841b07f5eb5f21c7ef8ce07324d3bb645aa14"
	    "663d422ae3f8700a740e350d44f322429486e0cdd0a96008f096343019410f00",
	    false},
	{"key with a torsion part, where it does not cancel",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "df58508c72d9d71ff410b361b38232df9885b9452f461198f027638a2b1af7c8",
	    "d928ecede98c7c47248595db4796b27bf3b9e81f4b339d5feea5e6fb57dd51dc"
	    "2f2bf3e9a9e89daffd0becf04df05dadc3656983f250e385a9eaa6da68b96903",
	    false},
	{"key with a torsion part, where it does not cancel",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "f8e765585636ed85c2bffb4cecd9ff39616cad6058fbacfa08a6a27f053ef2de",
	    "7ef5a07721f3700b459cf779e4b5ad758df9cc3ceae769909750ebd429553a84"
	    "ff1d2c83a816addc0e790eb72f3c7315baebfd2a7e360085d6b989e766346b0e",
	    false},
	{"key with a torsion part, where it cancels",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "76f2c213f5dca8c0b7bcec6acfc00c8e05c2c79f170cc98fec6c06a752049b01",
	    "657b82d376cded0042b13151a00b98eff01e54faa98bb1b4f5b4e51756f98638"
	    "828c3af2969266bac01240ea5d7a330ff185b80c20f0e9996247d01d4933d504",
	    true},
	{"key with a torsion part, where it cancels",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "e598818dd9b8b003571bf8ff386f16ba2e0cdcc2580f939f56338808d53a9acc",
	    "2edfffd7d00541f7885170a8f5d0002acf59b0ac18e6626a3595ef63f6e6c26b"
	    "56af6fcd03b9521a479f435e62c057c3a9d6472264719f8735c50041589da70d",
	    true},
	{"R with a torsion part",
	    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
	    "d254109ebdcfcdc50ea013cae67a915819e17329f1ec4a2e93bc0430fe382ede",
	    "9a0d638e79cf89b4e624068a2eb01f038b26b802faa1e9b895801876b67ce5d6"
	    "5216b2e8c67ad9b34792851debd22884a94ea0b208fb72246a6d32743678c40b",
	    false},
	{"torsion parts of key and R that cancel",
	    "b502ff3d92e31d8190b4aa4ea0414005167fad089c4de9dac8a2fc850fed4f58",
	    "2eb5ad67b57d76c5b50ce263731fde9c7e0e9fbb62fd1dd16f2b4df479e86adb",
	    "e3633d307a98f5da88355fad5ae1652e72ecceb31052dbb59d1e052a939c2407"
	    "711b1dfa0a2968c1c1b576f5a5c3c963a369fb55a5f2e12d44c4e78be7524a04",
	    true},
};

#endif
